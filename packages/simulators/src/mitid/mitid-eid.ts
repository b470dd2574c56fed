import { createHash } from 'node:crypto';
import { uuidOf } from '../derived-uuid.ts';
import type { SimulatedEid, SimulatedPerson } from '../openid/simulated-eid.ts';
import { type DanishPerson, danishBirthDate, digitsOf, findDanishPerson, testUser } from './danish-persons.ts';

const nsis = 'https://data.gov.dk/concept/core/nsis/';
const inIdToken = new Set(['idp', 'identity_type', 'loa', 'ial', 'aal', 'transaction_id', 'mitid.uuid']);
const sixDigits = /^\d{6}$/;

/** MitID behind a broker: user id, then the app, whose six-digit code is typed here. What is told of the person is at the userinfo endpoint. */
export const mitId: SimulatedEid = {
  path: 'mitid',
  name: 'mitId',
  scopes: ['openid', 'mitid', 'ssn', 'nemid.pid'],
  claimsOfScope: {
    openid: ['sub', 'amr', 'idp', 'identity_type', 'loa', 'ial', 'aal', 'transaction_id'],
    mitid: ['mitid.uuid', 'mitid.identity_name', 'mitid.date_of_birth', 'mitid.age', 'mitid.has_cpr'],
    ssn: ['dk.cpr'],
    'nemid.pid': ['nemid.pid'],
  },
  told: (claims, place) =>
    place === 'id_token' ? Object.fromEntries(Object.entries(claims).filter(([name]) => inIdToken.has(name))) : claims,
  acrValues: [],
  acr: undefined,
  amr: ['code_app'],
  extraParams: ['idp_values', 'idp_params'],
  takesPushedRequests: true,
  bindingMessage: ({ idp_params: params }) => {
    const text = readParameters(params).reference_text;
    return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : undefined;
  },
  prefill: ({ idp_params: params }) => {
    const hint = readParameters(params).cpr_hint;
    return typeof hint === 'string' ? hint : '';
  },
  errorOf: ({ error, description }) => ({
    error,
    error_description: description === 'user_cancelled' ? 'mitid_user_aborted' : description,
  }),
  uiLocales: ['da', 'en'],
  texts: {
    da: {
      simulator: 'MitID-simulator',
      testPerson: `Testperson: ${testUser.userId}. Opdigtede personnumre (dag + 60) virker også som bruger-ID.`,
      rightCode: '123456',
      faults: {
        not_fictitious: 'Det kan være en virkelig persons nummer. Brug en testperson, eller læg 60 til dagen.',
      },
    },
    en: {
      simulator: 'MitID simulator',
      testPerson: `Test person: ${testUser.userId}. Fictitious personal numbers (day + 60) work as user id too.`,
      rightCode: '123456',
      faults: { not_fictitious: 'This could be a real person’s number. Use a test person, or add 60 to the day.' },
    },
  },
  steps: [
    {
      segment: '',
      field: 'text',
      texts: {
        da: { heading: 'Log på med MitID', label: 'Bruger-ID', hint: `I simulatoren: ${testUser.userId}` },
        en: { heading: 'Log on with MitID', label: 'User ID', hint: `In the simulator: ${testUser.userId}` },
      },
      take(typed) {
        const found = findDanishPerson(typed);
        return typeof found === 'string' ? { fault: found } : { person: simulatedPerson(found) };
      },
    },
    {
      segment: 'app',
      field: 'password',
      takesWords: true,
      texts: {
        da: {
          heading: 'Godkend i din MitID app',
          label: 'Kode til appen',
          hint: 'Simulatoren er også appen: skriv seks vilkårlige cifre',
        },
        en: {
          heading: 'Approve in your MitID app',
          label: 'Code of the app',
          hint: 'The simulator is the app too: type any six digits',
        },
      },
      take: (typed) => (sixDigits.test(typed) ? {} : { fault: 'wrong_code', isGuess: true }),
    },
  ],
  testLogin: ({ number = testUser.userId, word = '123456' }) => ({ '': number, app: word }),
};

function readParameters(params: unknown): Record<string, unknown> {
  try {
    return (JSON.parse(String(params)) as { mitid?: Record<string, unknown> }).mitid ?? {};
  } catch {
    return {};
  }
}

function simulatedPerson({ cpr, givenName, familyName }: DanishPerson): SimulatedPerson {
  const name = `${givenName} ${familyName}`;
  const birthDate = danishBirthDate(cpr);
  return {
    id: cpr,
    name,
    claims: {
      idp: 'mitid',
      identity_type: 'private',
      loa: `${nsis}Substantial`,
      ial: `${nsis}Substantial`,
      aal: `${nsis}Substantial`,
      transaction_id: uuidOf(createHash('sha256').update(`transaction ${cpr} ${Date.now()}`).digest()),
      'mitid.uuid': uuidOf(createHash('sha256').update(`mitid ${cpr}`).digest()),
      'mitid.identity_name': name,
      'mitid.date_of_birth': birthDate,
      'mitid.age': String(Math.floor((Date.now() - Date.parse(birthDate)) / (365.2425 * 86_400_000))),
      'mitid.has_cpr': 'true',
      'dk.cpr': cpr,
      'nemid.pid': `PID:9208-2002-2-${digitsOf('pid', cpr, 12)}`,
    },
  };
}
