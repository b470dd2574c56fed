import { createHash } from 'node:crypto';
import { idnr } from '@navikt/fnrvalidator';
import { inventName } from '../invent-name.ts';

/** A person whom the simulator can identify. Everybody in it is invented. */
export interface TestPerson {
  nationalNumber: string;
  givenName: string;
  familyName: string;
  /** `YYYY-MM-DD`. */
  birthdate: string;
  /** Stable id of the person, as a real BankID certificate's serial number would carry it. */
  bankIdUniqueId: string;
}

export type LookupFault = 'not_eleven_digits' | 'wrong_check_digits' | 'not_synthetic';

/** The one-time code and the password of every test person. */
export const testOneTimeCode = 'otp';
export const testPassword = 'qwer1234';

/** In the order of the documentation. */
export const documentedPersons: readonly TestPerson[] = [
  ['01010750160', 'Tomas', 'Topstad'],
  ['01010750241', 'Kari', 'Klaven'],
  ['01017100986', 'Espen', 'Nygård'],
  ['01017200301', 'Peder', 'Munk'],
  ['01025900290', 'Rigmor', 'Lunder'],
  ['01027000289', 'Dagny', 'Nissen'],
  ['05128938534', 'John', 'Doe'],
  ['20048933131', 'Donald', 'Duck', '9578-6000-4-229103'],
  // An alias from old documentation; its check digits are wrong.
  ['20048911223', 'Donald', 'Duck', '9578-6000-4-229103'],
].map(([nationalNumber, givenName, familyName, bankIdUniqueId]) => ({
  nationalNumber: nationalNumber!,
  givenName: givenName!,
  familyName: familyName!,
  birthdate: readBirthdate(nationalNumber!),
  bankIdUniqueId: bankIdUniqueId ?? uniqueIdOf(nationalNumber!),
}));

const personOfNumber = new Map(documentedPersons.map((person) => [person.nationalNumber, person]));

/**
 * Looks a person up by national number. Besides the documented test persons, every synthetic number (month + 40 or
 * + 80) with correct check digits belongs to somebody, with a name that follows from the number. Other numbers could
 * be real people's and are refused.
 */
export function findTestPerson(nationalNumber: string): TestPerson | LookupFault {
  if (!/^\d{11}$/.test(nationalNumber)) return 'not_eleven_digits';
  const documented = personOfNumber.get(nationalNumber);
  if (documented) return documented;
  if (idnr(nationalNumber).status === 'invalid') return 'wrong_check_digits';
  if (Number(nationalNumber.slice(2, 4)) <= 40) return 'not_synthetic';
  return {
    nationalNumber,
    ...inventName(nationalNumber),
    birthdate: readBirthdate(nationalNumber),
    bankIdUniqueId: uniqueIdOf(nationalNumber),
  };
}

function uniqueIdOf(nationalNumber: string): string {
  const number = createHash('sha256').update(`id ${nationalNumber}`).digest().readUInt32BE(0) % 1_000_000;
  return `9578-6000-4-${String(number).padStart(6, '0')}`;
}

/**
 * Birth date in a Norwegian national number: D-numbers add 40 to the day, synthetic ones 40 or 80 to the month, and
 * digits 7–9 tell the century (individual number 000–499 is 1900–1999, 500–749 with year 54–99 is 1854–1899,
 * 500–999 with year 00–39 is 2000–2039, 900–999 with year 40–99 is 1940–1999).
 */
export function readBirthdate(nationalNumber: string): string {
  const day = Number(nationalNumber.slice(0, 2)) % 40;
  const month = Number(nationalNumber.slice(2, 4)) % 40;
  const year = Number(nationalNumber.slice(4, 6));
  const individual = Number(nationalNumber.slice(6, 9));
  const century = individual < 500 ? 1900 : year < 40 ? 2000 : individual < 750 && year >= 54 ? 1800 : 1900;
  return `${century + year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
