import { createHash } from 'node:crypto';
import { inventName } from '../invent-name.ts';

export interface DanishPerson {
  userId: string;
  /** Ten digits. */
  cpr: string;
  givenName: string;
  familyName: string;
}

/** The documented test person. */
export const testUser: DanishPerson = {
  userId: 'Testuser',
  cpr: '1907371213',
  givenName: 'TestUser',
  familyName: 'Tester',
};

export type DanishLookupFault = 'not_found' | 'not_fictitious';

/**
 * Finds somebody by user id, or by personal number: besides the documented one, every fictitious number (day + 60) belongs to
 * somebody. Other numbers could be real people's and are refused.
 */
export function findDanishPerson(typed: string): DanishPerson | DanishLookupFault {
  const word = typed.replace(/[\s-]/g, '').toLowerCase();
  if (word === testUser.userId.toLowerCase() || word === testUser.cpr) return testUser;
  if (!/^\d{10}$/.test(word)) return 'not_found';
  const day = Number(word.slice(0, 2));
  const month = Number(word.slice(2, 4));
  if (month < 1 || month > 12 || day < 1 || day > 91 || (day > 31 && day < 61)) return 'not_found';
  return day > 60 ? { userId: word, cpr: word, ...inventName(word) } : 'not_fictitious';
}

/** `YYYY-MM-DD`; the seventh digit and the year tell the century. */
export function danishBirthDate(cpr: string): string {
  const year = Number(cpr.slice(4, 6));
  const seventh = Number(cpr[6]);
  const century =
    seventh <= 3 ? 1900 : seventh === 4 || seventh === 9 ? (year <= 36 ? 2000 : 1900) : year <= 57 ? 2000 : 1800;
  const day = Number(cpr.slice(0, 2)) % 60;
  return `${century + year}-${cpr.slice(2, 4)}-${String(day).padStart(2, '0')}`;
}

/** Digits that follow from the number and do not give it away. */
export function digitsOf(purpose: string, number: string, count: number): string {
  const value = createHash('sha256').update(`${purpose} ${number}`).digest().readBigUInt64BE(0);
  return String(value % 10n ** BigInt(count)).padStart(count, '0');
}
