import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun, parseQuartzCron, runsMoreThanHourly, type Schedule } from './quartz-cron.ts';

const START = '2026-11-24T12:00:00Z';

/** The next runs as `MM-DD HH:mm:ss`, of another year with the year. */
function runs(expression: string, count: number, start = START): string[] {
  const schedule = parseQuartzCron(expression);
  if (!schedule) throw new Error(`${expression} is not taken`);
  const found: string[] = [];
  for (let at: Date | undefined = new Date(start); found.length < count; ) {
    at = nextRun(schedule, at);
    if (!at) break;
    const text = at.toISOString().slice(0, 19).replace('T', ' ');
    found.push(text.startsWith('2026-') ? text.slice(5) : text);
  }
  return found;
}

describe('a schedule runs', () => {
  it.each([
    // Examples of the tutorial of Quartz, from the 24th of November 2026, a Tuesday, at noon.
    ['0 0 12 * * ?', ['11-25 12:00:00', '11-26 12:00:00']],
    ['0 15 10 ? * *', ['11-25 10:15:00', '11-26 10:15:00']],
    ['0 15 10 * * ? *', ['11-25 10:15:00', '11-26 10:15:00']],
    ['0 15 10 * * ? 2027', ['2027-01-01 10:15:00', '2027-01-02 10:15:00']],
    ['0 0/5 14 * * ?', ['11-24 14:00:00', '11-24 14:05:00', '11-24 14:10:00']],
    ['0 0-2 14 * * ?', ['11-24 14:00:00', '11-24 14:01:00', '11-24 14:02:00', '11-25 14:00:00']],
    ['0 10,44 14 ? 3 WED', ['2027-03-03 14:10:00', '2027-03-03 14:44:00', '2027-03-10 14:10:00']],
    ['0 15 10 ? * MON-FRI', ['11-25 10:15:00', '11-26 10:15:00', '11-27 10:15:00', '11-30 10:15:00']],
    ['0 15 10 15 * ?', ['12-15 10:15:00', '2027-01-15 10:15:00']],
    ['0 15 10 L * ?', ['11-30 10:15:00', '12-31 10:15:00', '2027-01-31 10:15:00', '2027-02-28 10:15:00']],
    ['0 15 10 L-2 * ?', ['11-28 10:15:00', '12-29 10:15:00', '2027-01-29 10:15:00', '2027-02-26 10:15:00']],
    ['0 15 10 ? * 6L', ['11-27 10:15:00', '12-25 10:15:00']],
    ['0 15 10 ? * FRIL', ['11-27 10:15:00', '12-25 10:15:00']],
    ['0 15 10 ? * 6L 2027-2028', ['2027-01-29 10:15:00', '2027-02-26 10:15:00']],
    ['0 15 10 ? * 6#3', ['12-18 10:15:00', '2027-01-15 10:15:00']],
    ['0 15 10 ? * TUE#5', ['12-29 10:15:00', '2027-03-30 10:15:00']],
    ['0 0 12 1/5 * ?', ['11-26 12:00:00', '12-01 12:00:00', '12-06 12:00:00']],
    ['0 11 11 11 11 ?', ['2027-11-11 11:11:00']],
    // Days of the week begin with Sunday, and L alone is the last of them.
    ['0 0 9 ? * 1', ['11-29 09:00:00']],
    ['0 0 9 ? * L', ['11-28 09:00:00']],
    // Working days: the 15th of May 2027 is a Saturday, the 1st too, the 31st of October 2027 a Sunday.
    ['0 0 9 15W 5 ? 2027', ['2027-05-14 09:00:00']],
    ['0 0 9 1W 5 ? 2027', ['2027-05-03 09:00:00']],
    ['0 0 9 31W 10 ? 2027', ['2027-10-29 09:00:00']],
    ['0 0 9 LW 10 ? 2027', ['2027-10-29 09:00:00']],
    ['0 0 9 16W 5 ? 2027', ['2027-05-17 09:00:00']],
    ['0 0 9 L-3W 11 ?', ['11-27 09:00:00']],
    // Ranges over the end, in any case and with more blanks.
    ['0 0 22-1 * * ?', ['11-24 22:00:00', '11-24 23:00:00', '11-25 00:00:00', '11-25 01:00:00', '11-25 22:00:00']],
    [
      '0  0 9 ?  nov-feb  fri-mon',
      ['11-27 09:00:00', '11-28 09:00:00', '11-29 09:00:00', '11-30 09:00:00', '12-04 09:00:00'],
    ],
    ['0 0 9 31 * ?', ['12-31 09:00:00', '2027-01-31 09:00:00', '2027-03-31 09:00:00']],
    ['0 0 9 29 2 ?', ['2028-02-29 09:00:00', '2032-02-29 09:00:00']],
    ['0 0 /6 * * ?', ['11-24 18:00:00', '11-25 00:00:00']],
  ])('%s', (expression, expected) => {
    expect(runs(expression, expected.length)).toEqual(expected);
  });

  it.each([['0 0 9 30 2 ?'], ['0 0 9 * * ? 2025'], ['0 0 9 ? 2 SUN#5 2026-2027']])('never again: %s', (expression) => {
    expect(runs(expression, 1)).toEqual([]);
  });

  it('after the instant, never at it', () => {
    expect(runs('0 0 12 * * ?', 1, '2026-11-24T11:59:59.999Z')).toEqual(['11-24 12:00:00']);
    expect(runs('0 0 12 * * ?', 1, '2026-11-24T12:00:00.000Z')).toEqual(['11-25 12:00:00']);
  });
});

describe('not taken', () => {
  it.each([
    ['', '0 9 * * *', '0 0 9 * *', '0 0 9 * * ? 2027 x', '* * * * *'],
    // Exactly one of the two kinds of days is left open.
    ['0 0 9 * * *', '0 0 9 ? * ?', '0 0 9 1 * 2', '? 0 9 * * ?', '0 0 9 * ? 2'],
    ['60 0 9 * * ?', '0 60 9 * * ?', '0 0 24 * * ?', '0 0 9 0 * ?', '0 0 9 32 * ?', '0 0 9 1 13 ?', '0 0 9 ? * 8'],
    [
      '0 0 9 ? * 0',
      '0 0 9 * * ? 1969',
      '0 0 9 * * ? 2100',
      '0 0 9 * * ? 2030-2027',
      '0 0 9 ? * MON#6',
      '0 0 9 ? * MON#0',
    ],
    [
      '0 0/0 9 * * ?',
      '0 0/60 9 * * ?',
      '0 0/5/5 9 * * ?',
      '0 1-2-3 9 * * ?',
      '0 , 9 * * ?',
      '0 1, 9 * * ?',
      '0 -1 9 * * ?',
    ],
    ['0 0 9 L,1 * ?', '0 0 9 1W,2 * ?', '0 0 9 W * ?', '0 0 9 L-31 * ?', '0 0 9 ? * MON#1,FRI', '0 0 9 ? * MONL,2'],
    ['0 0 9 ? JANUARY MON', '0 0 9 ? * MONDAY', '0 0 9 LL * ?', '1.5 0 9 * * ?', '0 0 L * * ?', '0 0 9 * * ? L'],
  ])('%j', (...expressions) => {
    for (const expression of expressions)
      expect([expression, parseQuartzCron(expression)]).toEqual([expression, undefined]);
  });

  it('nothing makes it throw or hang', () => {
    const letters = fc.constantFrom(...'0123456789*?,-/LW#AFMNORU ');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 40 }), (expression) => {
        const schedule = parseQuartzCron(expression);
        if (schedule) nextRun(schedule, new Date(START));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('against every second of two days', () => {
  const field = (max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: 0, max }).map(String),
      fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max })).map(([a, b]) => `${a}-${b}`),
      fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 1, max })).map(([a, b]) => `${a}/${b}`),
    );

  it('each run is the next second that the fields name', () => {
    fc.assert(
      fc.property(field(59), field(59), field(23), fc.integer({ min: 0, max: 86_399 }), (s, m, h, offset) => {
        const schedule = parseQuartzCron(`${s} ${m} ${h} * * ?`)!;
        const start = Date.parse('2026-11-24T00:00:00Z') + offset * 1000;
        const fits = (at: Date, { seconds, minutes, hours }: Schedule) =>
          seconds.includes(at.getUTCSeconds()) &&
          minutes.includes(at.getUTCMinutes()) &&
          hours.includes(at.getUTCHours());
        let expected = start + 1000;
        while (!fits(new Date(expected), schedule)) expected += 1000;
        expect(nextRun(schedule, new Date(start))?.getTime()).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});

it.each([
  ['0 0 9 * * ?', false],
  ['0 0 * * * ?', false],
  ['30 59 0-23 * * ?', false],
  ['0 0,30 9 * * ?', true],
  ['0 0,59 9 * * ?', true],
  ['* 0 9 * * ?', true],
])('%s: more than once an hour is %s', (expression, expected) => {
  expect(runsMoreThanHourly(parseQuartzCron(expression)!)).toBe(expected);
});
