const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Where a decoded `+` has become a blank: `2026-03-01T13:00:00 02:00`. */
const BLANK_BEFORE_OFFSET = /^(.{10}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) (\d{2}:?\d{2})$/i;
const TICKS = /^\d{17,19}$/;
const UNIX_SECONDS = /^\d{10}$/;
/** Ticks of 100 ns from 0001-01-01 to 1970-01-01. */
const TICKS_TO_UNIX_EPOCH = 621_355_968_000_000_000n;
const YEAR_1900_MS = Date.UTC(1900, 0, 1);
const YEAR_10000_MS = Date.UTC(10_000, 0, 1);

/**
 * An instant in any accepted spelling: `YYYY-MM-DD`, `YYYY-MM-DDThh:mm` with optional seconds and one to nine fraction
 * digits, a blank instead of `T`, and `Z`, `±hh:mm`, `±hhmm` or nothing (UTC). Digits beyond milliseconds are cut off.
 * `undefined` for anything else, for impossible dates and for instants before 1900 or after 9999.
 */
export function parseInstant(text: string): Date | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = match;
  const offset = offsetMinutes(zone);
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second, ms);
  const check = new Date(local);
  const possible =
    +year! >= 1900 &&
    check.getUTCMonth() === +month! - 1 &&
    check.getUTCDate() === +day! &&
    +hour < 24 &&
    +minute < 60 &&
    +second < 60;
  if (!possible || offset === undefined) return undefined;
  return inRange(local - offset * 60_000);
}

/**
 * An instant out of a query string: also .NET ticks (17 to 19 digits), Unix seconds (10 digits), and an offset whose `+`
 * was sent unescaped and so arrives as a blank.
 */
export function parseQueryInstant(text: string): Date | undefined {
  const value = text.trim();
  if (UNIX_SECONDS.test(value)) return inRange(Number(value) * 1000);
  if (TICKS.test(value)) return inRange(Number((BigInt(value) - TICKS_TO_UNIX_EPOCH) / 10_000n));
  return parseInstant(value.replace(BLANK_BEFORE_OFFSET, '$1+$2'));
}

function inRange(ms: number): Date | undefined {
  return ms >= YEAR_1900_MS && ms < YEAR_10000_MS ? new Date(ms) : undefined;
}

/** `undefined` for an offset that no clock has. */
function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
