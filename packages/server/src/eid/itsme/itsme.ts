import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { dateClaim, namesOf, outcomeOfError, phoneClaim, textClaim } from '../oidc/person-claims.ts';

const claim = (name: string) => `http://itsme.services/v2/claim/${name}`;
const advanced = claim('acr_advanced');

const itsmeProfile: OidcProfile = {
  method: 'itsme',
  displayName: 'itsme',
  countryCode: 'BE',
  /** Its own signatures go by another protocol. */
  signs: [],
  allowsFraming: false,
  nativeFileName: 'itsme-id-token.jwt',
  idTokenAlgorithm: 'RS256',
  keys: 'encryption',
  /** Each login is confirmed in the app, but its id_tokens do not say when. */
  hidesLoginTime: true,
  prompt: null,

  /** The service code is among the settings. */
  scope: () => 'openid',

  requestParameters(input) {
    const names = ['name', 'given_name', 'family_name', 'birthdate', 'phone_number', 'email', 'email_verified'];
    const asked = input.wantsNationalNumber ? [...names, claim('BENationalNumber')] : names;
    return {
      acr_values: advanced,
      claims: JSON.stringify({ id_token: Object.fromEntries(asked.map((name) => [name, null])) }),
      ui_locales: ['de', 'nl', 'fr'].includes(input.language) ? input.language : 'en',
    };
  },

  /** It may say nothing of the level; the lower one that it has is then what can be relied on. */
  assuranceLevel: (claims) => (claims.acr === advanced ? 'high' : 'substantial'),

  toPerson(claims, { asksNationalNumber }) {
    const uniqueId = textClaim(claims.sub);
    const lastName = textClaim(claims.family_name);
    if (!uniqueId || !lastName) return undefined;
    const number = textClaim(claims[claim('BENationalNumber')]);
    return {
      ...namesOf(textClaim(claims.name), textClaim(claims.given_name) ?? '', lastName),
      uniqueId,
      dateOfBirth: dateClaim(claims.birthdate),
      phoneNumber: phoneClaim(claims.phone_number),
      email: claims.email_verified === true ? textClaim(claims.email) : undefined,
      ...(asksNationalNumber && number !== undefined && /^\d{11}$/.test(number)
        ? { nationalNumber: { value: number, countryCode: 'BE' } }
        : {}),
    };
  },

  toOutcome: outcomeOfError,
};

/** Belgian itsme, for identification. */
export function createItsme(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(itsmeProfile, settings);
}
