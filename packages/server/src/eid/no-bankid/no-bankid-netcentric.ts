import type { JWTPayload } from 'jose';
import type { EidOutcome, EidPerson } from '../eid-provider.ts';
import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { certificateOfClaims } from './certificate-claims.ts';

const highAssurance = 'urn:bankid:bid;LOA=4';

/** The eID's own codes for which Segl has a word; every other one is a `provider_error`. */
const codeOfProviderCode: Record<string, string> = {
  wrong_credentials: 'wrong_credentials',
  id_blocked: 'id_blocked',
  id_revoked: 'id_revoked',
  id_expired: 'id_expired',
  id_not_found: 'id_not_found',
  timed_out: 'timed_out',
};

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
    const uniqueId = text(claims.bankid_altsub);
    const names = readNames(claims);
    if (!uniqueId || !names) return undefined;
    const nationalNumber = text(claims.nnin_altsub);
    return {
      ...names,
      uniqueId,
      dateOfBirth: /^\d{4}-\d{2}-\d{2}$/.test(text(claims.birthdate) ?? '') ? text(claims.birthdate) : undefined,
      ...(asksNationalNumber && nationalNumber !== undefined && /^\d{11}$/.test(nationalNumber)
        ? { nationalNumber: { value: nationalNumber, countryCode: 'NO' } }
        : {}),
    };
  },

  toCertificate: certificateOfClaims,

  toOutcome(error, description): EidOutcome {
    const providerCode = description ?? error;
    if (error === 'access_denied') {
      if (description === undefined || /cancel/i.test(description)) return { result: 'canceled' };
      return { result: 'failed', code: codeOfProviderCode[description] ?? 'provider_error', providerCode };
    }
    const code = error === 'temporarily_unavailable' ? 'provider_unavailable' : 'provider_error';
    return { result: 'failed', code, providerCode };
  },
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
  const name = text(claims.name);
  const [beforeComma, afterComma] = name?.split(',').map((part) => part.trim()) ?? [];
  const lastName = text(claims.family_name) ?? beforeComma;
  const [firstName, ...middleNames] = (text(claims.given_name) ?? afterComma ?? '').split(/\s+/);
  if (!lastName || !firstName) return undefined;
  return {
    fullName: name ?? `${lastName}, ${[firstName, ...middleNames].join(' ')}`,
    firstName,
    ...(middleNames.length > 0 ? { middleName: middleNames.join(' ') } : {}),
    lastName,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
