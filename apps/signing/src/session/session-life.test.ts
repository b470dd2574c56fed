import { describe, expect, it } from 'vitest';
import { watchSessionLife } from './session-life.ts';

const MINUTE_MS = 60_000;

describe('the end of a session', () => {
  it.each([
    [1200, 7200, 0, 'alive'],
    [1200, 7200, 18 * MINUTE_MS - 1, 'alive'],
    [1200, 7200, 18 * MINUTE_MS, 'ending'],
    [1200, 7200, 20 * MINUTE_MS - 1, 'ending'],
    [1200, 7200, 20 * MINUTE_MS, 'over'],
    [100, 100, 0, 'ending_for_good'],
    [100, 100, 100_000, 'over'],
  ])('of %i s, %i s at most, after %i ms is %s', (expiresInSeconds, endsInSeconds, laterMs, phase) => {
    let nowMs = 5_000_000;
    const life = watchSessionLife(() => nowMs);
    life.learn({ expiresInSeconds, endsInSeconds });
    nowMs += laterMs;
    expect(life.phase()).toBe(phase);
  });

  it('is put off by what the server says later', () => {
    let nowMs = 0;
    const life = watchSessionLife(() => nowMs);
    expect(life.phase()).toBe('alive');
    life.learn({ expiresInSeconds: 1200, endsInSeconds: 7200 });
    nowMs = 19 * MINUTE_MS;
    life.learn({ expiresInSeconds: 1200, endsInSeconds: 7200 - 19 * 60 });
    expect(life.phase()).toBe('alive');
  });
});
