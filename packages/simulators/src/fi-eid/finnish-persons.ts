import { inventName } from '../invent-name.ts';

/** A bank with its documented test user. */
export interface Bank {
  id: string;
  name: string;
  /** Absent: the user id is a fictitious identity code, any password is right, and the code is 1234. */
  user?: {
    userId: string;
    /** Absent: any. */
    password: string;
    code: RegExp;
    givenName: string;
    familyName: string;
    identityCode: string;
  };
}

const bank = (id: string, name: string, user?: Bank['user']): Bank => ({ id, name, ...(user ? { user } : {}) });
const user = (
  userId: string,
  password: string,
  code: RegExp,
  [givenName, familyName]: [string, string],
  identityCode: string,
): Bank['user'] => ({ userId, password, code, givenName, familyName, identityCode });

export const banks: readonly Bank[] = [
  bank('nordea', 'Nordea', user('19118257', '1234', /^\d{4}$/, ['Testaa', 'Portaalia'], '210281-9988')),
  bank('alandsbanken', 'Ålandsbanken', user('12345678', '12345', /^\d{4}$/, ['Anna', 'Demo'], '010170-960F')),
  bank('aktia', 'Aktia', user('12345678', '123456', /^1234$/, ['Tero', 'Testaaja'], '010170-999R')),
  bank('handelsbanken', 'Handelsbanken', user('11111111', '123456', /^123456$/, ['Teemu', 'Testaaja'], '010101-123N')),
  bank('pop', 'POP Pankki', user('22222222', '123456', /^123456$/, ['Teemu', 'Testaaja_se'], '010101-123N')),
  bank('op', 'Osuuspankki', user('123456', '7890', /^1234$/, ['Anna', 'Testi'], '081181-9984')),
  bank('lahitapiola', 'LähiTapiola', user('12345678', '123TAP', /^9999$/, ['Tapio', 'Testi'], '010170-960F')),
  bank('s-pankki', 'S-Pankki', user('12345678', '123456', /^1234$/, ['Maija', 'Meikäläinen'], '010170-960F')),
  bank('danske', 'Danske Bank'),
  bank('saastopankki', 'Säästöpankki'),
];

export interface FinnishPerson {
  identityCode: string;
  givenName: string;
  familyName: string;
}

const checkCharacters = '0123456789ABCDEFHJKLMNPRSTUVWXY';
const centuryOf: Record<string, string> = { '+': '18' };
for (const sign of '-YXWVU') centuryOf[sign] = '19';
for (const sign of 'ABCDEF') centuryOf[sign] = '20';

/** Somebody with a fictitious identity code: individual number 900 to 999, right check character. */
export function findByIdentityCode(typed: string): FinnishPerson | 'not_found' | 'not_fictitious' {
  const identityCode = typed.toUpperCase();
  const [, date, , individual, check] = /^(\d{6})([-+A-FU-Y])(\d{3})([0-9A-Y])$/.exec(identityCode) ?? [];
  if (date === undefined || checkCharacters[Number(`${date}${individual}`) % 31] !== check) return 'not_found';
  if (Number.isNaN(Date.parse(finnishBirthDate(identityCode)))) return 'not_found';
  return Number(individual) < 900 ? 'not_fictitious' : { identityCode, ...inventName(identityCode) };
}

/** `YYYY-MM-DD` */
export function finnishBirthDate(identityCode: string): string {
  const [day, month, year] = [0, 2, 4].map((at) => identityCode.slice(at, at + 2));
  return `${centuryOf[identityCode[6]!]}${year}-${month}-${day}`;
}
