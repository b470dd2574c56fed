import { createHash } from 'node:crypto';

/** A person with a BankID in the simulator. All are invented. */
export interface SePerson {
  /** Twelve digits. */
  personalNumber: string;
  givenName: string;
  surname: string;
}

const documented = new Map([['198904207217', { givenName: 'Kalle', surname: 'Anka' }]]);
const givenNames = [
  'Agneta',
  'Bo',
  'Disa',
  'Elof',
  'Frida',
  'Greger',
  'Hillevi',
  'Ivar',
  'Kerstin',
  'Måns',
  'Stina',
  'Åke',
];
const surnames = ['Berglund', 'Ekdal', 'Forsman', 'Hallström', 'Lindqvist', 'Nyman', 'Sjöberg', 'Åström', 'Öhman'];

/**
 * The person with this number: twelve digits, with a real date and a right check digit. Nobody is behind other numbers.
 * Persons who are not documented get a name that follows from their number.
 */
export function findSePerson(personalNumber: string): SePerson | undefined {
  if (!isPersonalNumber(personalNumber)) return undefined;
  const known = documented.get(personalNumber);
  if (known) return { personalNumber, ...known };
  const hash = createHash('sha256').update(`name ${personalNumber}`).digest();
  return {
    personalNumber,
    givenName: givenNames[hash.readUInt32BE(0) % givenNames.length]!,
    surname: surnames[hash.readUInt32BE(4) % surnames.length]!,
  };
}

/** Whether it has a birth date (coordination numbers add 60 to the day) and a check digit by Luhn over the last ten digits. */
export function isPersonalNumber(text: string): boolean {
  if (!/^(19|20)\d{10}$/.test(text)) return false;
  const day = Number(text.slice(6, 8));
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${String(day > 60 ? day - 60 : day).padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== iso) return false;
  const sum = [...text.slice(2)].reduce((total, digit, index) => {
    const product = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return sum % 10 === 0;
}
