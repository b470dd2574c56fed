import { expect, test } from 'vitest';
import { checkNationalNumber, refuseTestNumber } from './national-number.ts';

const now = new Date('2026-11-24T12:00:00Z');

test.each<[string, string, string, string | undefined, boolean?]>([
  ['NO', 'a person', '05128938534', '05128938534', false],
  ['NO', 'a person, written in two parts', '051289 38534', '05128938534', false],
  ['NO', 'a person without a number of their own yet (day + 40)', '42019010079', '42019010079', false],
  ['NO', 'a number by the rule of 2032', '02013299997', '02013299997', false],
  ['NO', 'synthetic: month + 40', '01410110187', '01410110187', true],
  ['NO', 'synthetic: month + 65', '01660110042', '01660110042', true],
  ['NO', 'month + 65 with a wrong check digit', '01660110043', undefined],
  ['NO', 'synthetic: month + 80', '01810110089', '01810110089', true],
  ['NO', 'synthetic, without an own number yet', '42819010034', '42819010034', true],
  ['NO', 'swapped digits', '05128938543', undefined],
  ['NO', 'too few digits', '0512893853', undefined],
  ['SE', 'twelve digits', '198904207217', '198904207217', false],
  ['SE', 'ten digits', '890420-7217', '198904207217', false],
  ['SE', 'somebody over a hundred', '121212+1212', '191212121212', false],
  ['SE', 'a wrong check digit', '198904207218', undefined],
  ['SE', 'no such day', '198913407217', undefined],
  ['DK', 'a person', '190737-1213', '1907371213', false],
  ['DK', 'a person whose check digit is not right, as is allowed', '190737-1214', '1907371214', false],
  ['DK', 'synthetic: day + 60', '790737-1213', '7907371213', true],
  ['DK', 'no such day', '321237-1213', undefined],
  ['DK', 'too many digits', '190737-12134', undefined],
  ['FI', 'a person', '131052-308T', '131052-308T', false],
  ['FI', 'a newer sign', '010594Y9032', '010594Y9032', true],
  ['FI', 'synthetic', '210281-9988', '210281-9988', true],
  ['FI', 'a wrong check character', '131052-308U', undefined],
  ['BE', 'a country whose rules are not known here', '85073003328', undefined],
])('%s: %s', (country, _what, text, value, synthetic) => {
  expect(checkNationalNumber(text, country, now)).toEqual(value === undefined ? undefined : { value, synthetic });
});

test('a number made for tests is refused in production, and there alone', () => {
  const person = {
    fullName: 'A',
    firstName: 'A',
    lastName: '',
    nationalNumber: { value: '01810110089', countryCode: 'NO' },
  };
  const native = { format: '', mediaType: '', fileName: '', content: Buffer.of(), binding: {} };
  const outcome = { result: 'completed', person, native, authenticatedAt: now, assuranceLevel: 'high' } as const;
  expect(refuseTestNumber(outcome, 'prod', now)).toMatchObject({ result: 'failed', providerCode: 'test_number' });
  expect(refuseTestNumber(outcome, 'test', now)).toBe(outcome);
  const real = { ...outcome, person: { ...person, nationalNumber: { value: '05128938534', countryCode: 'NO' } } };
  expect(refuseTestNumber(real, 'prod', now)).toBe(real);
});
