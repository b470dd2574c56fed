import { expect, it } from 'vitest';
import { isPackaged, MAIN_PART, partName, partOfName, reportedPackages, wantedPackages } from './wanted-packages.ts';

const terms = partName({ attachmentId: 'terms' });
const ofMain = (...formats: ('pades' | 'xades' | 'native' | 'standard_packaging' | 'no_bankid_pades')[]) =>
  formats.map((format) => ({ part: MAIN_PART, format }));

it('makes a standard package of every document, beside what is asked for', () => {
  expect(wantedPackages(['pades', 'xades'])).toEqual(ofMain('pades', 'xades', 'standard_packaging'));
  expect(wantedPackages([])).toEqual(ofMain('standard_packaging'));
});

it('makes the same of signed attachments, and a PDF of them where nothing was asked for', () => {
  const ofTerms = (wanted: ReturnType<typeof wantedPackages>) =>
    wanted.filter(({ part }) => part === terms).map(({ format }) => format);
  expect(ofTerms(wantedPackages(['xades'], ['terms']))).toEqual(['xades', 'standard_packaging']);
  expect(ofTerms(wantedPackages([], ['terms']))).toEqual(['pades', 'standard_packaging']);
});

it('counts a document as packaged when every wanted package is there', () => {
  const wanted = wantedPackages(['pades'], ['terms']);
  const made = [...ofMain('native', 'pades', 'standard_packaging'), { part: terms, format: 'pades' as const }];
  expect(isPackaged(wanted, made)).toBe(false);
  expect(isPackaged(wanted, [...made, { part: terms, format: 'standard_packaging' }])).toBe(true);
});

it('signature.md 5: reports the PAdES of Norwegian BankID as pades, once, and attachments apart', () => {
  const signer = { part: partName({ signerId: 'kari' }), format: 'packaged' as const };
  const made = [...ofMain('native', 'no_bankid_pades', 'pades'), signer, { part: terms, format: 'xades' as const }];
  expect(reportedPackages(made)).toEqual({
    completedPackages: ['native', 'pades'],
    attachmentPackages: { terms: ['xades'] },
  });
});

it.each([{}, { signerId: 'kari' }, { attachmentId: 'terms' }, { attachmentId: 'terms', signerId: 'kari' }])(
  'names a part so that it is found again: %j',
  (part) => {
    expect(partOfName(partName(part))).toEqual({ attachmentId: undefined, signerId: undefined, ...part });
  },
);
