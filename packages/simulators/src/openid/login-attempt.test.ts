import { describe, expect, test } from 'vitest';
import { noBankId } from '../no-bankid/no-bankid-eid.ts';
import { startLogin, submitStep } from './login-attempt.ts';

const [number, code, password] = [0, 1, 2];

function login() {
  const attempt = startLogin('');
  return { attempt, submit: (step: number, typed: string) => submitStep(noBankId.steps, attempt, step, typed, 0, 30) };
}

describe('a login', () => {
  test('goes from number to code to password and ends with the person', () => {
    const { attempt, submit } = login();
    expect([submit(number, '051289 38534'), attempt.step]).toEqual([undefined, code]);
    expect([submit(code, ' OTP '), attempt.step]).toEqual([undefined, password]);
    expect(submit(password, 'qwer1234')).toMatchObject({ kind: 'authenticated', person: { name: 'Doe, John' } });
  });

  test('never takes the password before the code', () => {
    const { attempt, submit } = login();
    submit(number, '05128938534');
    expect(submit(password, 'qwer1234')).toBeUndefined();
    expect(attempt.step).toBe(code);
  });

  test('asks for the code again after the number was changed', () => {
    const { attempt, submit } = login();
    submit(number, '05128938534');
    submit(code, 'otp');
    submit(number, '01010750241');
    expect(submit(password, 'qwer1234')).toBeUndefined();
    expect([attempt.step, attempt.person?.name]).toEqual([code, 'Klaven, Kari']);
  });

  test('ends at the third wrong try, however they are spread over code and password', () => {
    const { submit } = login();
    submit(number, '05128938534');
    expect(submit(code, 'nope')).toBeUndefined();
    submit(code, 'otp');
    expect(submit(password, 'nope')).toBeUndefined();
    submit(number, '05128938534');
    expect(submit(code, 'nope')).toEqual({
      kind: 'refused',
      error: 'access_denied',
      description: 'wrong_credentials',
    });
  });

  test('counts no try for an empty field', () => {
    const { attempt, submit } = login();
    submit(number, '05128938534');
    for (let i = 0; i < 5; i++) expect(submit(code, '')).toBeUndefined();
    expect([attempt.fault, attempt.wrongTries]).toEqual([{ step: code, code: 'empty', isGuess: false }, 0]);
  });

  test('stays at the number while it belongs to nobody', () => {
    const { attempt, submit } = login();
    submit(number, '05128938543');
    expect([attempt.step, attempt.fault?.code]).toEqual([number, 'wrong_check_digits']);
    expect(submit(code, 'otp')).toBeUndefined();
    expect(attempt.step).toBe(number);
  });

  test('waits for the word "timeout"', () => {
    const { attempt, submit } = login();
    submit(number, '05128938534');
    submit(code, 'timeout');
    expect(attempt.waitingUntilMs).toBe(30_000);
  });
});
