import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { dateClaim, namesOf, outcomeOfError, textClaim } from '../oidc/person-claims.ts';

const noBuypassProfile: OidcProfile = {
  method: 'no_buypass',
  displayName: 'Buypass ID',
  countryCode: 'NO',
  signs: ['pdf', 'txt'],
  allowsFraming: false,
  nativeFileName: 'buypass-id-token.jwt',
  idTokenAlgorithm: 'RS256',

  scope: (asksNationalNumber) => (asksNationalNumber ? 'openid profile ssn' : 'openid profile'),

  requestParameters: (input) => ({ ui_locales: input.language === 'no' ? 'nb no' : input.language }),

  /** A smart card or a hardware key is high; a password with a code is substantial; a password alone is too little. */
  assuranceLevel(claims) {
    const used = new Set([claims.amr ?? []].flat());
    if (used.has('sc') || used.has('hwk')) return 'high';
    return used.has('pwd') && used.has('otp') ? 'substantial' : undefined;
  },

  toPerson(claims, { asksNationalNumber }) {
    const uniqueId = textClaim(claims.bp_id_sub);
    const givenNames = textClaim(claims.given_name);
    const lastName = textClaim(claims.family_name);
    if (!uniqueId || !givenNames || !lastName) return undefined;
    const number = textClaim(claims.ssn);
    return {
      ...namesOf(textClaim(claims.name), givenNames, lastName),
      uniqueId,
      dateOfBirth: dateClaim(claims.birthdate),
      ...(asksNationalNumber && number !== undefined && /^\d{11}$/.test(number)
        ? { nationalNumber: { value: number, countryCode: 'NO' } }
        : {}),
    };
  },

  toOutcome: outcomeOfError,
};

/** Norwegian Buypass ID on a smart card or the mobile. */
export function createNoBuypass(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(noBuypassProfile, settings);
}
