import { describe, expect, it } from 'vitest';
import { createPatternMatcher, PATTERN_LIMIT_MS, readPattern } from './match-pattern.ts';

describe('patterns of form fields', () => {
  it.each([
    ['/^[0-9]{5}$/', true],
    ['/^\\p{L}+$/', true],
    ['[0-9]', false],
    ['/[0-9]/', false],
    ['/^[0-9$/', false],
    ['/^a$/g', false],
  ])('%s is one: %s', (text, wanted) => {
    expect(readPattern(text) !== undefined).toBe(wanted);
  });

  it('are matched as a whole, also after one that would never end, which counts as no match', async () => {
    const matcher = createPatternMatcher();
    const meter = readPattern('/^[0-9]{5}$/')!;
    expect([await matcher.matches(meter, '18204'), await matcher.matches(meter, '1820x')]).toEqual([true, false]);

    const endless = readPattern('/^(a+)+$/')!;
    const text = `${'a'.repeat(40)}!`;
    const started = performance.now();
    const answers = await Promise.all([matcher.matches(endless, text), matcher.matches(meter, '00001')]);
    expect(answers).toEqual([false, true]);
    // The limit twice, and the time to start another thread.
    expect(performance.now() - started).toBeGreaterThanOrEqual(2 * PATTERN_LIMIT_MS - 2);
  });
});
