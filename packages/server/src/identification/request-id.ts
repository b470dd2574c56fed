import { randomInt } from 'node:crypto';

/** 100 ns from the year 1 to the Unix epoch, and to the end of the year 9999. */
const TICKS_OF_EPOCH = 621_355_968_000_000_000n;
const LAST_TICK = 3_155_378_975_999_999_999n;
const TICKS_PER_MS = 10_000n;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const FORM = /^(\d{19})[A-Za-z0-9]{32}$/;

/**
 * The older API's id of a session: 19 digits that count down with time, so that newer ids sort first, then 32 random
 * letters and digits. The digits are of the millisecond in the session's UUIDv7.
 */
export function newRequestId(sessionId: string): string {
  const ms = Number.parseInt(sessionId.replaceAll('-', '').slice(0, 12), 16);
  const ticks = BigInt(ms) * TICKS_PER_MS + TICKS_OF_EPOCH;
  const letters = Array.from({ length: 32 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return String(LAST_TICK - ticks).padStart(19, '0') + letters;
}

/** The smallest id of a session of the same millisecond and of the next one; `undefined` for what is no request id. */
export function sessionIdsOf(requestId: string): { from: string; to: string } | undefined {
  const digits = FORM.exec(requestId)?.[1];
  if (digits === undefined) return undefined;
  const ms = (LAST_TICK - BigInt(digits) - TICKS_OF_EPOCH) / TICKS_PER_MS;
  if (ms < 0n || ms >= 2n ** 48n - 1n) return undefined;
  return { from: firstSessionId(Number(ms)), to: firstSessionId(Number(ms) + 1) };
}

/** The smallest UUIDv7 of an instant. */
export function firstSessionId(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
