import { expect, it } from 'vitest';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { newRequestId, sessionIdsOf } from './request-id.ts';

const sessionAt = (time: string) => uuidv7(new Date(time));

it('is 19 digits of the ticks left until the year 10000, and 32 random letters and digits', () => {
  const id = newRequestId(sessionAt('2018-11-01T13:13:45.134Z'));
  // 636766748251340000 ticks since the year 1.
  expect(id).toMatch(/^2518612227748659999[A-Za-z0-9]{32}$/);
  expect(newRequestId(sessionAt('2018-11-01T13:13:45.134Z'))).not.toBe(id);
});

it('sorts newer ones first', () => {
  const times = ['2001-01-01T00:00:00.000Z', '2026-11-24T12:00:00.000Z', '2026-11-24T12:00:00.001Z'];
  const ids = times.map((time) => newRequestId(sessionAt(time)));
  expect([...ids].sort()).toEqual(ids.toReversed());
});

it('leads to the sessions of its millisecond', () => {
  const session = sessionAt('2026-11-24T12:00:00.001Z');
  const { from, to } = sessionIdsOf(newRequestId(session))!;
  expect(from < session && session < to).toBe(true);
});

it.each(['', 'x', '0'.repeat(51), '9'.repeat(51), `${'2'.repeat(19)}${'-'.repeat(32)}`])(
  'is not "%s" unless it names a time that sessions can have',
  (text) => {
    const ids = sessionIdsOf(text);
    expect(ids === undefined || ids.from < ids.to).toBe(true);
    if (text.length < 51 || text.includes('-') || text.startsWith('9')) expect(ids).toBeUndefined();
  },
);
