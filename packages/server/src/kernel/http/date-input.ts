const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * An instant in any accepted spelling: `YYYY-MM-DD`, `YYYY-MM-DDThh:mm` with optional seconds and one to nine fraction
 * digits, a blank instead of `T`, and `Z`, `±hh:mm`, `±hhmm` or nothing (UTC). Digits beyond milliseconds are cut off.
 * `undefined` for anything else, for impossible dates and for years before 1900.
 */
export function parseInstant(text: string): Date | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = match;
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
  if (!possible) return undefined;
  return new Date(local - offsetMinutes(zone) * 60_000);
}

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}
