import { findTestPerson, type LookupFault, type TestPerson, testOneTimeCode, testPassword } from './test-register.ts';

export const maxWrongTries = 3;

export type LoginStep = 'number' | 'code' | 'password' | 'waiting';

/** Why a form was not accepted; the page says so beside the field. */
export type LoginFault = LookupFault | 'empty' | 'wrong_code' | 'wrong_password';

/** One person's way through the login pages. Lives in memory only, as long as the authorization request. */
export interface LoginAttempt {
  /** The furthest step that may be shown. */
  step: LoginStep;
  typedNumber: string;
  person?: TestPerson;
  wrongTries: number;
  fault?: { step: LoginStep; code: LoginFault };
  /** Set by the word `timeout`: when the simulated eID gives up. */
  waitingUntilMs?: number;
}

/** How a login ended towards the relying party, in the words of RFC 6749 §4.1.2.1; `description` is the eID's own code. */
export type LoginEnd =
  | { kind: 'authenticated'; person: TestPerson }
  | { kind: 'refused'; error: 'access_denied' | 'temporarily_unavailable' | 'server_error'; description: string };

/** What a word typed in place of the one-time code brings about. */
const endOfWord = new Map<string, LoginEnd>([
  ['blocked', refused('access_denied', 'id_blocked')],
  ['revoked', refused('access_denied', 'id_revoked')],
  ['unknown', refused('access_denied', 'id_not_found')],
  ['expired', refused('access_denied', 'id_expired')],
  ['down', refused('temporarily_unavailable', 'provider_unavailable')],
  ['error', refused('server_error', 'provider_error')],
  ['cancel', refused('access_denied', 'user_cancelled')],
]);

export const canceled: LoginEnd = refused('access_denied', 'user_cancelled');
export const timedOut: LoginEnd = refused('access_denied', 'timed_out');

export function startLogin(prefilledNumber: string): LoginAttempt {
  return { step: 'number', typedNumber: prefilledNumber, wrongTries: 0 };
}

/** Takes what was typed on one page. Returns the end of the login, or nothing while it goes on (`attempt` then says where). */
export function submitStep(
  attempt: LoginAttempt,
  step: LoginStep,
  typed: string,
  nowMs: number,
  waitSeconds: number,
): LoginEnd | undefined {
  delete attempt.fault;
  if (step === 'number') return submitNumber(attempt, typed);
  if (!attempt.person) return undefined;
  if (step === 'code') return submitCode(attempt, typed, nowMs, waitSeconds);
  if (step === 'password' && attempt.step === 'password') return submitPassword(attempt, typed);
  return undefined;
}

function submitNumber(attempt: LoginAttempt, typed: string): undefined {
  attempt.typedNumber = typed.replace(/\s/g, '').slice(0, 20);
  attempt.step = 'number';
  delete attempt.person;
  const found = attempt.typedNumber === '' ? 'empty' : findTestPerson(attempt.typedNumber);
  if (typeof found === 'string') {
    attempt.fault = { step: 'number', code: found };
    return;
  }
  attempt.person = found;
  attempt.step = 'code';
}

function submitCode(attempt: LoginAttempt, typed: string, nowMs: number, waitSeconds: number): LoginEnd | undefined {
  const word = typed.trim().toLowerCase();
  attempt.step = 'code';
  if (word === testOneTimeCode) {
    attempt.step = 'password';
    return undefined;
  }
  if (word === 'timeout') {
    attempt.step = 'waiting';
    attempt.waitingUntilMs = nowMs + waitSeconds * 1000;
    return undefined;
  }
  return endOfWord.get(word) ?? countWrongTry(attempt, 'code', word === '' ? 'empty' : 'wrong_code');
}

function submitPassword(attempt: LoginAttempt, typed: string): LoginEnd | undefined {
  if (typed === testPassword) return { kind: 'authenticated', person: attempt.person! };
  return countWrongTry(attempt, 'password', typed === '' ? 'empty' : 'wrong_password');
}

/** An empty field is a slip, not a guess: it is pointed out and costs no try. */
function countWrongTry(attempt: LoginAttempt, step: LoginStep, code: LoginFault): LoginEnd | undefined {
  attempt.fault = { step, code };
  if (code !== 'empty') attempt.wrongTries += 1;
  return attempt.wrongTries >= maxWrongTries ? refused('access_denied', 'wrong_credentials') : undefined;
}

function refused(error: 'access_denied' | 'temporarily_unavailable' | 'server_error', description: string): LoginEnd {
  return { kind: 'refused', error, description };
}
