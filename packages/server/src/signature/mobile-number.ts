/** A mobile number in E.164, in its two parts. */
export interface MobileNumber {
  /** `+` and the digits of the country code. */
  countryCode: string;
  /** National digits without trunk prefix. */
  number: string;
}

const SEPARATORS = /[\s()[\]\-\u2010-\u2015]/g;

/** ITU-T E.164 country codes: one, two or three digits, of which none begins another. */
const COUNTRY_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-689]\d{2})/;

/** Countries where people write a 0 before national numbers that is not part of the E.164 number. */
const TRUNK_ZERO = new Set(
  '27 31 32 33 40 41 43 44 46 49 61 64 81 90 353 355 358 359 380 381 385 386 387 421'.split(' '),
);

const MAX_DIGITS = 15;
const MIN_NATIONAL_DIGITS = 4;

/**
 * Reads a number as people write it: country code with `+`, `00` or nothing before it, or as the beginning of the number;
 * blanks, dashes and brackets anywhere. `undefined` when it cannot be a number in E.164.
 */
export function parseMobile(given: {
  countryCode?: string | undefined;
  number?: string | undefined;
}): MobileNumber | undefined {
  const country = digits(given.countryCode ?? '').replace(/^(\+|00)/, '');
  const typed = digits(given.number ?? '');
  const international = /^(?:\+|00)(.*)$/.exec(typed)?.[1];
  const code = COUNTRY_CODE.exec(country || (international ?? ''))?.[0];
  if (code === undefined || (country !== '' && country !== code)) return undefined;
  if (international !== undefined && !international.startsWith(code)) return undefined;
  const national = withoutTrunk(code, international?.slice(code.length) ?? typed);
  if (!/^\d+$/.test(national) || national.length < MIN_NATIONAL_DIGITS) return undefined;
  return code.length + national.length > MAX_DIGITS ? undefined : { countryCode: `+${code}`, number: national };
}

function digits(text: string): string {
  return text.replace(SEPARATORS, '');
}

function withoutTrunk(countryCode: string, national: string): string {
  return TRUNK_ZERO.has(countryCode) ? national.replace(/^0/, '') : national;
}
