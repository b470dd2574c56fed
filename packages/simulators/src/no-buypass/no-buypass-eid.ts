import { createHash } from 'node:crypto';
import { documentedPersons, findTestPerson, type TestPerson } from '../no-bankid/test-register.ts';
import type { SimulatedEid, SimulatedPerson } from '../openid/simulated-eid.ts';

const pin = '1234';
/** The last one is an alias of the one before, with the same name. */
const cards = documentedPersons.slice(0, -1);

/** Buypass ID: a card of the list, then its PIN. */
export const noBuypass: SimulatedEid = {
  path: 'no-buypass',
  name: 'noBuypass',
  scopes: ['openid', 'profile', 'ssn'],
  claimsOfScope: {
    openid: ['sub', 'amr', 'auth_time', 'bp_id_sub'],
    profile: ['name', 'given_name', 'family_name', 'birthdate'],
    ssn: ['ssn'],
  },
  acrValues: [],
  acr: undefined,
  amr: ['sc'],
  takesPushedRequests: true,
  uiLocales: ['nb', 'en'],
  texts: {
    no: { simulator: 'Buypass-simulator', testPerson: 'Velg et av kortene i listen.', rightCode: pin },
    en: { simulator: 'Buypass simulator', testPerson: 'Choose one of the cards of the list.', rightCode: pin },
  },
  steps: [
    {
      segment: '',
      field: 'choice',
      choices: cards.map((card) => [card.nationalNumber, `${card.givenName} ${card.familyName}`]),
      texts: {
        no: { heading: 'Hvilket kort er i leseren?', label: 'Kort', hint: 'Simulatoren er også kortleseren' },
        en: { heading: 'Which card is in the reader?', label: 'Card', hint: 'The simulator is the card reader too' },
      },
      take(typed) {
        const found = findTestPerson(typed);
        return typeof found === 'string' ? { fault: 'not_found' } : { person: simulatedPerson(found) };
      },
    },
    {
      segment: 'pin',
      field: 'password',
      takesWords: true,
      texts: {
        no: { heading: 'Skriv PIN-koden', label: 'PIN-kode', hint: `4 siffer. I simulatoren: ${pin}` },
        en: { heading: 'Enter your PIN', label: 'PIN', hint: `4 digits. In the simulator: ${pin}` },
      },
      take: (typed) => (typed === pin ? {} : { fault: 'wrong_code', isGuess: true }),
    },
  ],
  testLogin: ({ number = cards[0]!.nationalNumber, word = pin }) => ({ '': number, pin: word }),
};

function simulatedPerson(person: TestPerson): SimulatedPerson {
  const name = `${person.givenName} ${person.familyName}`;
  const serial = createHash('sha256').update(`buypass ${person.nationalNumber}`).digest().readUInt32BE(0) % 1_000_000;
  return {
    id: person.nationalNumber,
    name,
    claims: {
      bp_id_sub: `9578-4050-${String(serial).padStart(9, '0')}`,
      name,
      given_name: person.givenName,
      family_name: person.familyName,
      birthdate: person.birthdate,
      ssn: person.nationalNumber,
    },
  };
}
