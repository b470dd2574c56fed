import type { SimulatedEid, SimulatedPerson } from '../openid/simulated-eid.ts';
import { bankIdAcr, bankIdAmr, createClaims } from './no-bankid-claims.ts';
import { findTestPerson, type TestPerson, testOneTimeCode, testPassword } from './test-register.ts';

/** Norwegian BankID: national number, one-time code, password. */
export const noBankId: SimulatedEid = {
  path: 'no-bankid',
  name: 'noBankId',
  scopes: ['openid', 'profile', 'nnin_altsub'],
  claimsOfScope: {
    openid: ['sub', 'acr', 'amr', 'auth_time', 'bankid_altsub', 'originator', 'additionalCertInfo', 'tid'],
    profile: ['name', 'given_name', 'family_name', 'birthdate', 'updated_at'],
    nnin_altsub: ['nnin_altsub'],
  },
  acrValues: [bankIdAcr],
  acr: bankIdAcr,
  amr: bankIdAmr,
  extraParams: ['binding_message'],
  takesPushedRequests: true,
  takesBindingMessage: true,
  bindingMessage: ({ binding_message: message }) => (typeof message === 'string' && message ? message : undefined),
  prefill: ({ login_hint: hint }) => /^(?:BID)?:(\d{11})$/.exec(String(hint ?? ''))?.[1] ?? '',
  uiLocales: ['nb', 'en'],
  texts: {
    no: {
      simulator: 'BankID-simulator',
      testPerson: 'Testperson: 05128938534 (John Doe). Syntetiske fødselsnumre virker også.',
      rightCode: testOneTimeCode,
      faults: {
        not_eleven_digits: 'Et fødselsnummer har 11 siffer. Sjekk at alle er med.',
        wrong_check_digits: 'Kontrollsifrene stemmer ikke. Se etter om to sifre er byttet om.',
        not_synthetic: 'Dette kan være nummeret til en virkelig person. Bruk en testperson eller et syntetisk nummer.',
      },
    },
    en: {
      simulator: 'BankID simulator',
      testPerson: 'Test person: 05128938534 (John Doe). Synthetic national numbers work too.',
      rightCode: testOneTimeCode,
      faults: {
        not_eleven_digits: 'A national identity number has 11 digits. Check that all are there.',
        wrong_check_digits: 'The check digits do not match. See whether two digits are swapped.',
        not_synthetic: 'This could be a real person’s number. Use a test person or a synthetic number.',
      },
    },
  },
  steps: [
    {
      segment: '',
      field: 'digits',
      texts: {
        no: {
          heading: 'Hva er fødselsnummeret ditt?',
          label: 'Fødselsnummer',
          hint: '11 siffer. I simulatoren: 05128938534',
        },
        en: {
          heading: 'What is your national identity number?',
          label: 'National identity number',
          hint: '11 digits. In the simulator: 05128938534',
        },
      },
      take(typed) {
        const found = findTestPerson(typed.replace(/\s/g, ''));
        return typeof found === 'string' ? { fault: found } : { person: simulatedPerson(found) };
      },
    },
    {
      segment: 'code',
      field: 'code',
      takesWords: true,
      texts: {
        no: {
          heading: 'Skriv engangskoden',
          label: 'Engangskode',
          hint: 'Koden fra kodebrikken eller appen. I simulatoren: otp',
        },
        en: {
          heading: 'Enter your one-time code',
          label: 'One-time code',
          hint: 'From your code device or app. In the simulator: otp',
        },
      },
      take: (typed) => (typed.toLowerCase() === testOneTimeCode ? {} : { fault: 'wrong_code', isGuess: true }),
    },
    {
      segment: 'password',
      field: 'password',
      texts: {
        no: { heading: 'Skriv ditt personlige passord', label: 'Personlig passord', hint: 'I simulatoren: qwer1234' },
        en: { heading: 'Enter your personal password', label: 'Personal password', hint: 'In the simulator: qwer1234' },
      },
      take: (typed) => (typed === testPassword ? {} : { fault: 'wrong_password', isGuess: true }),
    },
  ],
  testLogin: ({ number = '01010750160', word = testOneTimeCode }) => ({
    '': number,
    code: word,
    password: testPassword,
  }),
};

function simulatedPerson(person: TestPerson): SimulatedPerson {
  return {
    id: person.nationalNumber,
    name: `${person.familyName}, ${person.givenName}`,
    claims: createClaims(person),
  };
}
