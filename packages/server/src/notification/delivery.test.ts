import { describe, expect, it } from 'vitest';
import { failureText, type PreparedAttempt, type Settlement, settle } from './delivery.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const middle = () => 0.5;

const prepared: PreparedAttempt = {
  deliveryId: '0195a000-0000-7000-8000-000000000001',
  attemptId: '0195a000-0000-7000-8000-000000000002',
  attempt: 1,
  webhookId: 1,
  accountId: '0195a000-0000-7000-8000-00000000000a',
  environment: 'test',
  eventId: '0195a000-0000-7000-8000-000000000003',
  eventType: 'document_signed',
  documentId: undefined,
  body: '{}',
  url: 'https://hooks.example.com/',
  secret: undefined,
  deliveryLogging: 'never',
};

function after(status: number, more: { attempt?: number; eventType?: string; headers?: Record<string, string> } = {}) {
  const { headers = {}, ...changes } = more;
  return {
    prepared: { ...prepared, ...changes },
    attemptedAt: now,
    requestHeaders: {},
    outcome: { status, reasonPhrase: '', headers, body: Buffer.alloc(0), elapsedMs: 5 },
  };
}

function pauseSeconds(settlement: Settlement): number {
  if (settlement.state !== 'scheduled') throw new Error(`is ${settlement.state}`);
  return settlement.pauseMs / 1000;
}

describe('settle', () => {
  it.each([200, 201, 204, 299])('D-2: takes status %i for success', (status) => {
    expect(settle(after(status), now, middle)).toEqual({ state: 'succeeded' });
  });

  it.each([301, 302, 307, 400, 404, 429, 500, 503])('D-3: tries again after status %i', (status) => {
    expect(settle(after(status), now, middle).state).toBe('scheduled');
  });

  it('D-3: tries again when there was no answer', () => {
    const attempted = { ...after(200), outcome: { error: 'timeout', elapsedMs: 10_000 } };
    expect(settle(attempted, now, middle).state).toBe('scheduled');
  });

  it('R-1: pauses longer from attempt to attempt, and gives up after the tenth', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempt) =>
      pauseSeconds(settle(after(500, { attempt }), now, middle)),
    );
    expect(pauses).toEqual([10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400]);
    expect(settle(after(500, { attempt: 10 }), now, middle)).toEqual({ state: 'given_up', deactivate: false });
  });

  it('R-1: spreads each pause by a fifth to both sides', () => {
    expect(pauseSeconds(settle(after(500), now, () => 0))).toBe(8);
    expect(pauseSeconds(settle(after(500), now, () => 0.999_999_999))).toBe(12);
  });

  it.each([
    [503, '120', 120],
    [429, '120', 120],
    [503, '5', 10],
    [503, '7200', 3_600],
    [503, 'Sun, 01 Mar 2026 12:05:00 GMT', 300],
    [503, 'Sun, 01 Mar 2026 11:00:00 GMT', 10],
    [503, 'soon', 10],
    [500, '120', 10],
  ])('R-2: after a %i with Retry-After "%s" waits %i s', (status, value, seconds) => {
    const settlement = settle(after(status, { headers: { 'retry-after': value } }), now, middle);
    expect(pauseSeconds(settlement)).toBe(seconds);
  });

  it('R-2: does not shorten a longer pause to what Retry-After asks for', () => {
    const attempted = after(503, { attempt: 6, headers: { 'retry-after': '60' } });
    expect(pauseSeconds(settle(attempted, now, middle))).toBe(10_800);
  });

  it('R-3: gives up and switches off after 410', () => {
    expect(settle(after(410), now, middle)).toEqual({ state: 'given_up', deactivate: true });
  });

  it('W-6: never repeats a ping, and never switches off because of one', () => {
    expect(settle(after(500, { eventType: 'ping' }), now, middle)).toEqual({ state: 'given_up', deactivate: false });
    expect(settle(after(410, { eventType: 'ping' }), now, middle)).toEqual({ state: 'given_up', deactivate: false });
  });
});

describe('failureText', () => {
  it('names what went wrong, and nothing for a success', () => {
    expect(failureText(after(204).outcome)).toBeUndefined();
    expect(failureText(after(302).outcome)).toBe('redirect not followed');
    expect(failureText(after(500).outcome)).toBe('unexpected status 500');
    expect(failureText({ error: 'connection refused', elapsedMs: 1 })).toBe('connection refused');
  });
});
