/**
 * A Swedish personal or coordination number in the twelve digits that BankID takes; of ten digits, the century is the one
 * that makes the person less than 100 years old, or with `+` at least that. Nothing when it is no such number.
 */
export function toTwelveDigits(text: string, now: Date): string | undefined {
  const [, century, year, rest, sign, last] = /^(\d\d)?(\d\d)(\d{4})([-+]?)(\d{4})$/.exec(text.trim()) ?? [];
  if (year === undefined) return undefined;
  const digits = `${year}${rest}${last}`;
  const sum = [...digits].reduce((total, digit, index) => {
    const product = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  if (sum % 10 !== 0) return undefined;
  if (century !== undefined) return `${century}${digits}`;
  const thisYear = now.getUTCFullYear();
  const age = (((thisYear - Number(year)) % 100) + 100) % 100;
  return `${String(thisYear - age - (sign === '+' ? 100 : 0)).slice(0, 2)}${digits}`;
}

/** `YYYY-MM-DD`; coordination numbers add 60 to the day. */
export function birthDateOf(twelveDigits: string): string {
  const day = Number(twelveDigits.slice(6, 8)) % 60;
  return `${twelveDigits.slice(0, 4)}-${twelveDigits.slice(4, 6)}-${String(day).padStart(2, '0')}`;
}
