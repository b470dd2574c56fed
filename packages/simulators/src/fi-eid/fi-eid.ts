import type { SimulatedEid, SimulatedPerson, StepAnswer } from '../openid/simulated-eid.ts';
import { type Bank, banks, type FinnishPerson, findByIdentityCode, finnishBirthDate } from './finnish-persons.ts';

const acr = 'http://ftn.ficora.fi/2017/loatest2';
const anyCode = '1234';
const first = banks[0]!;

/**
 * The Finnish Trust Network behind a broker: bank, user id, password, code, and what the bank is about to tell. Requests are
 * signed objects, clients have keys, id_tokens are encrypted.
 */
export const fiEid: SimulatedEid = {
  path: 'fi-eid',
  name: 'fiEid',
  scopes: ['openid', 'profile', 'personal_identity_code'],
  claimsOfScope: {
    openid: ['sub', 'acr', 'auth_time'],
    profile: ['name', 'given_name', 'family_name', 'birthdate'],
    personal_identity_code: ['personal_identity_code'],
  },
  acrValues: [acr],
  acr,
  amr: undefined,
  extraParams: ['ftn_idp_id'],
  strict: 'signed_requests',
  takesPushedRequests: false,
  uiLocales: ['fi', 'en'],
  texts: {
    fi: {
      simulator: 'Tunnistautumisen simulaattori',
      testPerson: `${banks.flatMap(({ name, user }) => (user ? `${name}: ${user.userId} / ${user.password}` : [])).join(', ')}.`,
      rightCode: anyCode,
      faults: {
        not_fictitious: 'Tunnus voi kuulua oikealle henkilölle. Käytä keinotekoista tunnusta (yksilönumero 900–999).',
      },
    },
    en: {
      simulator: 'Finnish Trust Network simulator',
      testPerson: `${banks.flatMap(({ name, user }) => (user ? `${name}: ${user.userId} / ${user.password}` : [])).join(', ')}.`,
      rightCode: anyCode,
      faults: {
        not_fictitious: 'This could be a real person’s code. Use a fictitious one (individual number 900 to 999).',
      },
    },
  },
  steps: [
    {
      segment: '',
      field: 'choice',
      choices: banks.map(({ id, name }) => [id, name]),
      texts: {
        fi: { heading: 'Valitse tunnistustapa', label: 'Pankki', hint: 'Pankkitunnukset' },
        en: { heading: 'Choose your bank', label: 'Bank', hint: 'You identify yourself with its codes' },
      },
      take(typed, attempt) {
        const bank = bankOf([typed]);
        attempt.typed = [typed, bank?.user?.userId ?? ''];
        return bank ? {} : { fault: 'not_found' };
      },
    },
    {
      segment: 'user',
      field: 'text',
      texts: {
        fi: { heading: 'Käyttäjätunnus', label: 'Käyttäjätunnus', hint: 'Testitunnukset ovat alla' },
        en: { heading: 'Enter your user ID', label: 'User ID', hint: 'The test users are listed below' },
      },
      take: (typed, { typed: [bankId] }) => userOf(bankOf([bankId]), typed),
    },
    {
      segment: 'password',
      field: 'password',
      texts: {
        fi: { heading: 'Salasana', label: 'Salasana', hint: 'Testitunnukset ovat alla' },
        en: { heading: 'Enter your password', label: 'Password', hint: 'The test users are listed below' },
      },
      take(typed, attempt) {
        const expected = bankOf(attempt.typed)?.user?.password;
        return expected === undefined || typed === expected ? {} : { fault: 'wrong_password', isGuess: true };
      },
    },
    {
      segment: 'code',
      field: 'code',
      takesWords: true,
      texts: {
        fi: {
          heading: 'Vahvistuskoodi',
          label: 'Koodi',
          hint: 'Yleensä 1234. Handelsbanken ja POP Pankki: 123456, LähiTapiola: 9999',
        },
        en: {
          heading: 'Enter the confirmation code',
          label: 'Code',
          hint: 'Mostly 1234. Handelsbanken and POP Pankki: 123456, LähiTapiola: 9999',
        },
      },
      take(typed, attempt) {
        const right = bankOf(attempt.typed)?.user?.code ?? /^1234$/;
        return right.test(typed) ? {} : { fault: 'wrong_code', isGuess: true };
      },
    },
    {
      segment: 'confirm',
      field: 'confirmation',
      texts: {
        fi: { heading: 'Tietojen välitys', label: '', hint: 'Nimi ja henkilötunnus välitetään palvelulle.' },
        en: {
          heading: 'What is passed on',
          label: '',
          hint: 'Your name and identity code are passed on to the service.',
        },
      },
      take: () => ({}),
    },
  ],
  testLogin({ number, word }) {
    const bank = number === undefined ? first : banks.find(({ user }) => user?.identityCode === number.toUpperCase());
    const { user } = bank ?? {};
    return {
      '': bank?.id ?? 'danske',
      user: user?.userId ?? number ?? '',
      password: user?.password ?? anyCode,
      code: word ?? ['1234', '123456', '9999'].find((code) => user?.code.test(code)) ?? anyCode,
      confirm: '',
    };
  },
};

function bankOf([id]: readonly (string | undefined)[]): Bank | undefined {
  return banks.find((bank) => bank.id === id);
}

function userOf(bank: Bank | undefined, typed: string): StepAnswer {
  if (bank?.user) return typed === bank.user.userId ? { person: simulatedPerson(bank.user) } : { fault: 'not_found' };
  const found = findByIdentityCode(typed);
  return typeof found === 'string' ? { fault: found } : { person: simulatedPerson(found) };
}

/** Banks write names in capitals, the family name first. */
function simulatedPerson({ identityCode, givenName, familyName }: FinnishPerson): SimulatedPerson {
  const [given, family] = [givenName.toUpperCase(), familyName.toUpperCase()];
  return {
    id: identityCode,
    name: `${family} ${given}, ${identityCode}`,
    claims: {
      name: `${family} ${given}`,
      given_name: given,
      family_name: family,
      birthdate: finnishBirthDate(identityCode),
      personal_identity_code: identityCode,
    },
  };
}
