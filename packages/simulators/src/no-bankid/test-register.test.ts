import { expect, test } from 'vitest';
import { findTestPerson, readBirthdate } from './test-register.ts';

test('knows the documented persons, also the one whose number has wrong check digits', () => {
  expect(findTestPerson('05128938534')).toMatchObject({
    givenName: 'John',
    familyName: 'Doe',
    birthdate: '1989-12-05',
  });
  expect(findTestPerson('20048933131')).toMatchObject({ familyName: 'Duck', bankIdUniqueId: '9578-6000-4-229103' });
  expect(findTestPerson('20048911223')).toMatchObject({ familyName: 'Duck', bankIdUniqueId: '9578-6000-4-229103' });
});

test('gives every synthetic number a person, always the same one', () => {
  const numbers = listSyntheticNumbers();
  expect(numbers.length).toBeGreaterThan(20);
  for (const number of numbers) {
    const found = findTestPerson(number);
    if (typeof found === 'string') throw new Error(`${number} is ${found}`);
    expect(found).toEqual(findTestPerson(number));
    expect(found.familyName).not.toBe('');
    expect(found.birthdate).toBe('1990-01-01');
    expect(found.bankIdUniqueId).toMatch(/^9578-6000-4-\d{6}$/);
  }
});

test('refuses a valid number that could be a real person’s', () => {
  expect(findTestPerson(withCheckDigits('051289386'))).toBe('not_synthetic');
});

test.each(['', '1234567890', '123456789012', '0512893853x', ' 5128938534'])('knows that "%s" is no number', (text) => {
  expect(findTestPerson(text)).toBe('not_eleven_digits');
});

test('finds swapped digits by the check digits', () => {
  expect(findTestPerson('05128938543')).toBe('wrong_check_digits');
});

test.each([
  ['01010112345', '1901-01-01'],
  ['01015550112', '1855-01-01'],
  ['01010550112', '2005-01-01'],
  ['01019590112', '1995-01-01'],
  ['41010112345', '1901-01-01'],
  ['01410112345', '1901-01-01'],
  ['41810112345', '1901-01-01'],
])('reads the birth date of %s', (number, birthdate) => {
  expect(readBirthdate(number)).toBe(birthdate);
});

/** All numbers of 1 January 1990 with month + 80 and an individual number below 60. */
function listSyntheticNumbers(): string[] {
  const bases = Array.from({ length: 60 }, (_, index) => `018190${String(index).padStart(3, '0')}`);
  return bases.map(withCheckDigits).filter((number) => number.length === 11);
}

function withCheckDigits(nine: string): string {
  const sum = (weights: number[], digits: string): number =>
    (11 - (weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0) % 11)) % 11;
  const first = sum([3, 7, 6, 1, 8, 9, 4, 5, 2], nine);
  const second = sum([5, 4, 3, 2, 7, 6, 5, 4, 3, 2], `${nine}${first}`);
  return `${nine}${first}${second}`;
}
