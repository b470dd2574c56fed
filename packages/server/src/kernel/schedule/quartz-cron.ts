/**
 * Schedules in the form of Quartz: seconds, minutes, hours, day of month, month, day of week and, optionally, year. All
 * times are UTC. Of the two kinds of days exactly one is `?`, and days of the week are 1 (Sunday) to 7.
 */
export interface Schedule {
  seconds: readonly number[];
  minutes: readonly number[];
  hours: readonly number[];
  months: readonly number[];
  years: readonly number[];
  /** The days of a month on which it runs, ascending. */
  daysOf(year: number, month: number): number[];
}

interface Field {
  min: number;
  max: number;
  names?: readonly string[];
}

const SECONDS: Field = { min: 0, max: 59 };
const HOURS: Field = { min: 0, max: 23 };
const DAYS: Field = { min: 1, max: 31 };
const MONTHS: Field = { min: 1, max: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ') };
const WEEKDAYS: Field = { min: 1, max: 7, names: 'SUN MON TUE WED THU FRI SAT'.split(' ') };
const YEARS: Field = { min: 1970, max: 2099 };

const SATURDAY = 7;
const SUNDAY = 1;
const MAX_LENGTH = 200;

/** `undefined` for anything that Quartz would not take. */
export function parseQuartzCron(expression: string): Schedule | undefined {
  if (expression.length > MAX_LENGTH) return undefined;
  const fields = expression.trim().toUpperCase().split(/\s+/);
  if (fields.length !== 6 && fields.length !== 7) return undefined;
  const [second, minute, hour, dayOfMonth, month, dayOfWeek, year = '*'] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const seconds = values(second, SECONDS);
  const minutes = values(minute, SECONDS);
  const hours = values(hour, HOURS);
  const months = values(month, MONTHS);
  const years = values(year, YEARS);
  const daysOf = dayOfWeek === '?' ? daysOfMonth(dayOfMonth) : daysOfWeek(dayOfWeek);
  if (!seconds || !minutes || !hours || !months || !years || !daysOf) return undefined;
  return { seconds, minutes, hours, months, years, daysOf };
}

/** The first run after `after`; `undefined` when there is none any more. */
export function nextRun(schedule: Schedule, after: Date): Date | undefined {
  const startMs = Math.floor(after.getTime() / 1000) * 1000 + 1000;
  const start = new Date(startMs);
  const [startYear, startMonth] = [start.getUTCFullYear(), start.getUTCMonth() + 1];
  const startOfDayMs = Date.UTC(startYear, startMonth - 1, start.getUTCDate());
  for (const year of schedule.years) {
    if (year < startYear) continue;
    for (const month of schedule.months) {
      if (year === startYear && month < startMonth) continue;
      for (const day of schedule.daysOf(year, month)) {
        const dayMs = Date.UTC(year, month - 1, day);
        if (dayMs < startOfDayMs) continue;
        const timeMs = firstTime(schedule, Math.max(0, startMs - dayMs));
        if (timeMs !== undefined) return new Date(dayMs + timeMs);
      }
    }
  }
  return undefined;
}

/** Whether two runs can be less than an hour apart: only one run per hour never is. */
export function runsMoreThanHourly(schedule: Schedule): boolean {
  return schedule.seconds.length > 1 || schedule.minutes.length > 1;
}

/** The first time of a day that is not before `fromMs`. */
function firstTime({ hours, minutes, seconds }: Schedule, fromMs: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3_600_000 <= fromMs) continue;
    for (const minute of minutes) {
      if (hour * 3_600_000 + (minute + 1) * 60_000 <= fromMs) continue;
      for (const second of seconds) {
        const timeMs = hour * 3_600_000 + minute * 60_000 + second * 1000;
        if (timeMs >= fromMs) return timeMs;
      }
    }
  }
  return undefined;
}

/** Lists, ranges and steps; `undefined` for anything else. */
function values(text: string, field: Field): number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const range = valuesOfPart(part, field);
    if (!range) return undefined;
    for (const value of range) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function valuesOfPart(part: string, field: Field): number[] | undefined {
  const { min, max } = field;
  const [base = '', step, more] = part.split('/');
  if (more !== undefined) return undefined;
  const size = step === undefined ? undefined : numberOf(step);
  if (step !== undefined && (size === undefined || size < 1 || size > max)) return undefined;
  const bounds = boundsOf(base, size !== undefined, field);
  if (!bounds) return undefined;
  const [from, to] = bounds;
  // A range that ends before it begins goes on at the start: 22-2, FRI-MON. Years do not come again.
  if (to < from && field === YEARS) return undefined;
  const length = to < from ? to - from + (max - min + 1) : to - from;
  const found: number[] = [];
  for (let offset = 0; offset <= length; offset += size ?? 1) {
    const value = from + offset;
    found.push(value > max ? value - (max - min + 1) : value);
  }
  return found;
}

function boundsOf(base: string, stepped: boolean, field: Field): [number, number] | undefined {
  if (base === '*' || (base === '' && stepped)) return [field.min, field.max];
  const [first = '', last, more] = base.split('-');
  const from = readValue(first, field);
  if (from === undefined || more !== undefined) return undefined;
  if (last === undefined) return [from, stepped ? field.max : from];
  const to = readValue(last, field);
  return to === undefined ? undefined : [from, to];
}

function readValue(text: string, { min, max, names }: Field): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return min + named;
  const value = numberOf(text);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function numberOf(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

function daysOfMonth(text: string): Schedule['daysOf'] | undefined {
  const last = /^L(?:-(\d{1,2}))?(W)?$/.exec(text);
  if (last) {
    const back = Number(last[1] ?? 0);
    if (back > 30) return undefined;
    return (year, month) => oneDay(year, month, lastDay(year, month) - back, last[2] !== undefined);
  }
  const nearest = /^(\d{1,2})W$/.exec(text);
  if (nearest) {
    const day = readValue(nearest[1]!, DAYS);
    return day === undefined ? undefined : (year, month) => oneDay(year, month, day, true);
  }
  const days = values(text, DAYS);
  return days && ((year, month) => days.filter((day) => day <= lastDay(year, month)));
}

/** The day, or the working day that is nearest to it in the same month; none in a month that is too short. */
function oneDay(year: number, month: number, day: number, working: boolean): number[] {
  const last = lastDay(year, month);
  if (day < 1 || day > last) return [];
  if (!working) return [day];
  const weekday = weekdayOf(year, month, day);
  if (weekday === SATURDAY) return [day === 1 ? 3 : day - 1];
  if (weekday === SUNDAY) return [day === last ? day - 2 : day + 1];
  return [day];
}

function daysOfWeek(text: string): Schedule['daysOf'] | undefined {
  if (text === 'L') return daysOfWeek('7');
  const lastOf = /^(\d|[A-Z]{3})L$/.exec(text);
  if (lastOf) {
    const weekday = readValue(lastOf[1]!, WEEKDAYS);
    return weekday === undefined ? undefined : (year, month) => weekdays(year, month, [weekday]).slice(-1);
  }
  const nth = /^(\d|[A-Z]{3})#([1-5])$/.exec(text);
  if (nth) {
    const weekday = readValue(nth[1]!, WEEKDAYS);
    const index = Number(nth[2]) - 1;
    return weekday === undefined
      ? undefined
      : (year, month) => weekdays(year, month, [weekday]).slice(index, index + 1);
  }
  const wanted = values(text, WEEKDAYS);
  return wanted && ((year, month) => weekdays(year, month, wanted));
}

function weekdays(year: number, month: number, wanted: readonly number[]): number[] {
  const days = Array.from({ length: lastDay(year, month) }, (_, index) => index + 1);
  return days.filter((day) => wanted.includes(weekdayOf(year, month, day)));
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function lastDay(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
