import { expect, it } from 'vitest';
import { parseMobile } from './mobile-number.ts';

it.each([
  ['+47', '999 00 001', '+47', '99900001'],
  ['47', '99900001', '+47', '99900001'],
  ['0047', '(999) 00-001', '+47', '99900001'],
  ['+47', '+47 99 90 00 01', '+47', '99900001'],
  [undefined, '+47 99900001', '+47', '99900001'],
  ['', '0046 70 123 45 67', '+46', '701234567'],
  ['46', '070-123 45 67', '+46', '701234567'],
  ['+44', '(0)7700 900123', '+44', '7700900123'],
  ['358', '040 1234567', '+358', '401234567'],
  // Côte d'Ivoire: the 0 is part of the number.
  ['225', '0701234567', '+225', '0701234567'],
  ['1', '202-555-0143', '+1', '2025550143'],
])('reads %s %s as E.164', (countryCode, number, code, national) => {
  expect(parseMobile({ countryCode, number })).toEqual({ countryCode: code, number: national });
});

it.each([
  [undefined, '99900001'],
  ['+47', ''],
  ['+47', '12'],
  ['+47', 'ring meg'],
  ['+47', '+46 701234567'],
  ['+4', '99900001'],
  ['0', '99900001'],
  ['NO', '99900001'],
  ['+47', '12345678901234'],
  ['+47', '9990+0001'],
])('refuses %s %s', (countryCode, number) => {
  expect(parseMobile({ countryCode, number })).toBeUndefined();
});
