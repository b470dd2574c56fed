import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void, level = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

it('writes one line of JSON with level and time, and nothing of the machine', () => {
  const [entry] = logged((log) => log.info({ requestId: 'r' }, 'request'));
  expect(entry).toEqual({ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), requestId: 'r', msg: 'request' });
});

it('leaves out what is below its level', () => {
  expect(logged((log) => log.info({}, 'request'), 'error')).toEqual([]);
});

it('redacts secrets and personal data under their usual names, also deeper', () => {
  const [entry] = logged((log) =>
    log.warn(
      {
        secret: 's3cret',
        signer: { email: 'kari@example.com', info: { mobile: '+4799900001', name: 'x' } },
        jwt: 'ey',
      },
      'x',
    ),
  );
  expect(JSON.stringify(entry)).not.toMatch(/s3cret|kari|999|ey"/);
  expect(entry).toMatchObject({ secret: '[redacted]', signer: { info: { name: 'x' } } });
});

it('an error is its kind, words, code, place and cause, without its other members', () => {
  const cause = Object.assign(new Error('null value in column "full_name"'), {
    code: '23502',
    detail: 'Failing row contains (01017000027, Kari Nordmann).',
    query: 'insert into signatures',
  });
  const [entry] = logged((log) => log.error({ err: new TypeError('could not be saved', { cause }) }, 'request failed'));
  expect(entry!.err).toEqual({
    type: 'TypeError',
    message: 'could not be saved',
    stack: expect.stringContaining('log.test.ts'),
    cause: { type: 'Error', message: 'null value in column "full_name"', code: '23502', stack: expect.any(String) },
  });
  expect(JSON.stringify(entry)).not.toMatch(/Kari|01017000027|insert into/);
});

it('takes whatever is thrown, and errors that go in circles', () => {
  const circular = new Error('a');
  circular.cause = circular;
  expect(logged((log) => log.error({ err: circular }, 'x'))).toHaveLength(1);
  expect(logged((log) => log.error({ err: 'text' }, 'x'))[0]).toMatchObject({ err: { type: 'string' } });
});
