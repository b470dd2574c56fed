import { idnr } from '@navikt/fnrvalidator';
import { FinnishSSN } from 'finnish-ssn';
// The package as a whole is three hundred modules, one per kind of number.
import { validate as validateCpr } from 'stdnum/lib/cjs/dk/cpr.js';
import type { Environment } from '../kernel/events/events.ts';
import type { EidOutcome } from './eid-provider.ts';
import { birthDateOf, toTwelveDigits } from './se-bankid/personal-number.ts';

export interface NationalNumberVerdict {
  /** As the country's own rules write it, without what people put between. */
  value: string;
  /** Belongs to nobody: made for tests by the country's own scheme. */
  synthetic: boolean;
}

type Check = (text: string, now: Date) => NationalNumberVerdict | undefined;

const CHECKS: Record<string, Check> = { NO: checkNorwegian, SE: checkSwedish, DK: checkDanish, FI: checkFinnish };

/**
 * Checks a national number by the rules of its country (ISO 3166-1, two letters): form, date and check digits, so far as these
 * are guaranteed. `undefined` for what is none, and for countries whose rules are not known here.
 */
export function checkNationalNumber(text: string, countryCode: string, now: Date): NationalNumberVerdict | undefined {
  return CHECKS[countryCode]?.(text.trim(), now);
}

/** In production nobody has a number that was made for tests: whoever comes with one comes from a test system of the eID. */
export function refuseTestNumber(outcome: EidOutcome, environment: Environment, now: Date): EidOutcome {
  const number = outcome.result === 'completed' ? outcome.person.nationalNumber : undefined;
  if (environment !== 'prod' || !number || !checkNationalNumber(number.value, number.countryCode, now)?.synthetic) {
    return outcome;
  }
  return { result: 'failed', code: 'provider_error', providerCode: 'test_number' };
}

/**
 * Numbers of people and of those without one yet (day + 40), also by the check digits that are given out from 2032 on. Made for tests:
 * month + 40, + 65, + 80.
 */
function checkNorwegian(text: string): NationalNumberVerdict | undefined {
  const value = text.replace(/\s/g, '');
  if (!/^\d{11}$/.test(value)) return undefined;
  const synthetic = Number(value.slice(2, 4)) > 40;
  const isValid = idnr(value).status === 'valid' || (hasMonthPlus65(value) && hasNorwegianCheckDigits(value));
  return isValid ? { value, synthetic } : undefined;
}

/** The scheme of the Norwegian health network, which the library does not know. */
function hasMonthPlus65(value: string): boolean {
  const day = Number(value.slice(0, 2)) % 40;
  const month = Number(value.slice(2, 4)) - 65;
  // 29 February is taken in every year: the century does not stand in the number.
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000, month, 0)).getUTCDate();
}

function hasNorwegianCheckDigits(value: string): boolean {
  const digits = [...value].map(Number);
  const remainder = (weights: readonly number[]) =>
    weights.reduce((sum, weight, index) => sum + weight * digits[index]!, 0) % 11;
  // From 2032 on, the first check digit may leave 0 to 3; before, 0 only.
  return remainder([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) <= 3 && remainder([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0;
}

/** Personal and coordination numbers (day + 60). None of them can be told to be made for tests. */
function checkSwedish(text: string, now: Date): NationalNumberVerdict | undefined {
  const value = toTwelveDigits(text, now);
  return value !== undefined && isDate(birthDateOf(value)) ? { value, synthetic: false } : undefined;
}

/** The check digit has not been guaranteed since 2007 and is not looked at. Made for tests: day + 60. */
function checkDanish(text: string): NationalNumberVerdict | undefined {
  const value = text.replace(/[\s-]/g, '');
  if (!/^\d{10}$/.test(value)) return undefined;
  const day = Number(value.slice(0, 2));
  const synthetic = day > 60;
  const plain = `${String(synthetic ? day - 60 : day).padStart(2, '0')}${value.slice(2)}`;
  return validateCpr(plain).isValid ? { value, synthetic } : undefined;
}

/** All signs between date and number that are given out. Made for tests, or only for a while: 900 to 999. */
function checkFinnish(text: string): NationalNumberVerdict | undefined {
  const value = text.toUpperCase();
  if (!FinnishSSN.validate(value)) return undefined;
  return { value, synthetic: Number(value.slice(7, 10)) >= 900 };
}

function isDate(date: string): boolean {
  const instant = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date);
}
