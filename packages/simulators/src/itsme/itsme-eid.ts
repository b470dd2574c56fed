import type { SimulatedEid } from '../openid/simulated-eid.ts';

const claim = (name: string) => `http://itsme.services/v2/claim/${name}`;
const phone = '+32470000001';
const appCode = /^\d{5}$/;

/** Belgian itsme: telephone number, then the app, whose code is typed here. Claims come when the request asks for them by name. */
export const itsme: SimulatedEid = {
  path: 'itsme',
  name: 'itsme',
  scopes: ['openid', 'profile', 'email', 'phone', 'eid'],
  claimsOfScope: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'birthdate'],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    eid: [claim('BENationalNumber')],
  },
  hidesLoginTime: true,
  acrValues: [claim('acr_basic'), claim('acr_advanced')],
  acr: claim('acr_advanced'),
  amr: undefined,
  strict: 'keys',
  takesPushedRequests: false,
  uiLocales: ['en'],
  texts: { en: { simulator: 'itsme simulator', testPerson: `Test person: ${phone}.`, rightCode: '12345' } },
  steps: [
    {
      segment: '',
      field: 'text',
      texts: {
        en: { heading: 'Log in with itsme', label: 'Mobile number', hint: `In the simulator: ${phone}` },
      },
      take(typed) {
        if (typed.replace(/[^+\d]/g, '') !== phone) return { fault: 'not_found' };
        return {
          person: {
            id: phone,
            name: 'Georges Peeters',
            claims: {
              name: 'Georges Peeters',
              given_name: 'Georges',
              family_name: 'Peeters',
              birthdate: '1985-07-30',
              email: 'georges.peeters@example.com',
              email_verified: false,
              phone_number: '+32 470000001',
              phone_number_verified: true,
              [claim('BENationalNumber')]: '85073003328',
            },
          },
        };
      },
    },
    {
      segment: 'app',
      field: 'password',
      takesWords: true,
      texts: {
        en: {
          heading: 'Confirm in your itsme app',
          label: 'itsme code',
          hint: 'The simulator is the app too: type any five digits',
        },
      },
      take: (typed) => (appCode.test(typed) ? {} : { fault: 'wrong_code', isGuess: true }),
    },
  ],
  prefill: () => phone,
  testLogin: ({ number = phone, word = '12345' }) => ({ '': number, app: word }),
};
