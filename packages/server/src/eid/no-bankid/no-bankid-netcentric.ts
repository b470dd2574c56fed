import type { JWTPayload } from 'jose';
import type { EidPerson } from '../eid-provider.ts';
import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { dateClaim, namesOf, outcomeOfError, textClaim } from '../oidc/person-claims.ts';
import { certificateOfClaims } from './certificate-claims.ts';

const highAssurance = 'urn:bankid:bid;LOA=4';

/** Norwegian BankID in the bank-stored ("netcentric") form, over OpenID Connect. */
export const noBankIdNetcentricProfile: OidcProfile = {
  method: 'no_bankid_netcentric',
  displayName: 'Norwegian BankID',
  countryCode: 'NO',
  signs: ['pdf', 'txt', 'xml'],
  allowsFraming: false,
  nativeFileName: 'bankid-id-token.jwt',
  idTokenAlgorithm: 'RS256',

  scope: (asksNationalNumber) => (asksNationalNumber ? 'openid profile nnin_altsub' : 'openid profile'),

  requestParameters(input, { pushed }) {
    // A number in the browser's address bar and history is too high a price for a prefilled field.
    const prefilled = pushed && /^\d{11}$/.test(input.nationalNumber ?? '') ? `:${input.nationalNumber}` : '';
    return {
      login_hint: `BID${prefilled}`,
      acr_values: highAssurance,
      ui_locales: input.language === 'no' ? 'nb no' : input.language,
    };
  },

  assuranceLevel: (claims) => (claims.acr === highAssurance ? 'high' : undefined),

  toPerson(claims, { asksNationalNumber }) {
    const uniqueId = textClaim(claims.bankid_altsub);
    const names = readNames(claims);
    if (!uniqueId || !names) return undefined;
    const nationalNumber = textClaim(claims.nnin_altsub);
    return {
      ...names,
      uniqueId,
      dateOfBirth: dateClaim(claims.birthdate),
      ...(asksNationalNumber && nationalNumber !== undefined && /^\d{11}$/.test(nationalNumber)
        ? { nationalNumber: { value: nationalNumber, countryCode: 'NO' } }
        : {}),
    };
  },

  toCertificate: certificateOfClaims,

  toOutcome: outcomeOfError,
};

export function createNoBankIdNetcentric(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(noBankIdNetcentricProfile, settings);
}

/**
 * BankID writes `name` as `Last, First Middle` and puts all first and middle names into `given_name`; the first of them
 * is taken as the first name. Without `given_name` and `family_name` the comma decides.
 */
function readNames(
  claims: JWTPayload,
): Pick<EidPerson, 'fullName' | 'firstName' | 'middleName' | 'lastName'> | undefined {
  const name = textClaim(claims.name);
  const [beforeComma, afterComma] = name?.split(',').map((part) => part.trim()) ?? [];
  const lastName = textClaim(claims.family_name) ?? beforeComma;
  const givenNames = textClaim(claims.given_name) ?? afterComma;
  if (!lastName || !givenNames) return undefined;
  return namesOf(name ?? `${lastName}, ${givenNames}`, givenNames, lastName);
}
