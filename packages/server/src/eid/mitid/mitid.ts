import type { EidStart } from '../eid-provider.ts';
import { shownLines } from '../oidc/document-binding.ts';
import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { dateClaim, outcomeOfError, splitName, textClaim } from '../oidc/person-claims.ts';

/** Assurance by the Danish standard NSIS; what is below is too little for this method. */
const levelOf: Record<string, string> = {
  'https://data.gov.dk/concept/core/nsis/Substantial': 'substantial',
  'https://data.gov.dk/concept/core/nsis/High': 'high',
};

const mitIdProfile: OidcProfile = {
  method: 'mitid',
  displayName: 'MitID',
  countryCode: 'DK',
  signs: ['pdf', 'txt'],
  allowsFraming: false,
  nativeFileName: 'mitid-id-token.jwt',
  idTokenAlgorithm: 'RS256',
  usesUserinfo: true,

  scope: (asksNationalNumber) => (asksNationalNumber ? 'openid mitid ssn' : 'openid mitid'),

  requestParameters(input, { pushed }) {
    return {
      idp_values: 'mitid',
      idp_params: JSON.stringify({ mitid: { loa_value: 'substantial', ...(pushed ? personalParameters(input) : {}) } }),
      ui_locales: input.language === 'da' ? 'da' : 'en',
    };
  },

  assuranceLevel: (claims) => (claims.idp === 'mitid' ? levelOf[String(claims.loa)] : undefined),

  toPerson(claims, { asksNationalNumber }) {
    const uniqueId = textClaim(claims['mitid.uuid']);
    const name = textClaim(claims['mitid.identity_name']);
    if (!uniqueId || !name) return undefined;
    const cpr = textClaim(claims['dk.cpr']);
    return {
      ...splitName(name),
      uniqueId,
      dateOfBirth: dateClaim(claims['mitid.date_of_birth']),
      ...(asksNationalNumber && cpr !== undefined && /^\d{10}$/.test(cpr)
        ? { nationalNumber: { value: cpr, countryCode: 'DK' } }
        : {}),
    };
  },

  toOutcome: outcomeOfError,
};

/** NemID is closed: what is named so runs on MitID, and tells the person's PID of those days. */
const nemIdProfile: OidcProfile = {
  ...mitIdProfile,
  method: 'dk_nemid',
  displayName: 'NemID',
  nativeFileName: 'nemid-id-token.jwt',
  scope: (asksNationalNumber) => `${mitIdProfile.scope(asksNationalNumber)} nemid.pid`,
  toPerson(claims, options) {
    const person = mitIdProfile.toPerson(claims, options);
    const pid = textClaim(claims['nemid.pid'])?.replace(/^PID:/, '');
    return person && pid ? { ...person, uniqueId: pid } : undefined;
  },
};

/** Danish MitID behind a certified broker, in the dialect of Signaturgruppen's. */
export function createMitId(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(mitIdProfile, settings);
}

export function createNemId(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(nemIdProfile, settings);
}

/** What the app shows, in 130 characters of base64, and the number to start with: neither belongs into a browser's history. */
function personalParameters(input: EidStart): Record<string, string> {
  const text = shownLines(input, 40);
  const cpr = input.nationalNumber?.replace('-', '') ?? '';
  return {
    ...(text === undefined ? {} : { reference_text: Buffer.from(text, 'utf8').toString('base64') }),
    ...(input.purpose === 'sign' ? { action_text: 'SIGN' } : {}),
    ...(/^\d{10}$/.test(cpr) ? { cpr_hint: cpr } : {}),
  };
}
