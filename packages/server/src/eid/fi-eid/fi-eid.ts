import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { dateClaim, namesOf, outcomeOfError, textClaim } from '../oidc/person-claims.ts';

/** Assurance by the rules of the network; `loatest` is said in its test systems. */
const levelOf: Record<string, string> = {
  'http://ftn.ficora.fi/2017/loatest2': 'substantial',
  'http://ftn.ficora.fi/2017/loatest3': 'high',
  'http://ftn.ficora.fi/2017/loa2': 'substantial',
  'http://ftn.ficora.fi/2017/loa3': 'high',
};

const fiEidProfile: OidcProfile = {
  method: 'fi_eid',
  displayName: 'Finnish bank IDs',
  countryCode: 'FI',
  signs: [],
  allowsFraming: false,
  nativeFileName: 'ftn-id-token.jwt',
  idTokenAlgorithm: 'RS256',
  keys: 'signed_requests',
  /** Brokers refuse `login`; every bank has people log in anew, which `auth_time` shows. */
  prompt: null,

  /** The identity code belongs to every request of this network; whether anybody sees it, is decided below. */
  scope: () => 'openid profile personal_identity_code',

  requestParameters: (input) => ({ ui_locales: ['fi', 'sv'].includes(input.language) ? input.language : 'en' }),

  assuranceLevel: (claims) => levelOf[String(claims.acr)],

  /** `sub` is another one for each login, so that there is no id but the identity code. */
  toPerson(claims, { asksNationalNumber }) {
    const name = textClaim(claims.name);
    const identityCode = textClaim(claims.personal_identity_code);
    const [familyName = '', ...givenNames] = name?.split(/\s+/) ?? [];
    const lastName = textClaim(claims.family_name) ?? familyName;
    const givenName = textClaim(claims.given_name) ?? givenNames.join(' ');
    if (!lastName || !givenName || !identityCode) return undefined;
    return {
      ...namesOf(name ?? `${lastName} ${givenName}`, givenName, lastName),
      dateOfBirth: dateClaim(claims.birthdate),
      ...(asksNationalNumber ? { nationalNumber: { value: identityCode, countryCode: 'FI' } } : {}),
    };
  },

  toOutcome: (error, description) => (error === 'cancel' ? { result: 'canceled' } : outcomeOfError(error, description)),
};

/** The Finnish Trust Network behind a broker: bank codes and the mobile certificate. */
export function createFiEid(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(fiEidProfile, settings);
}

/** The protocol of the banks before the network; its name runs on the network. */
export function createFiTupas(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider({ ...fiEidProfile, method: 'fi_tupas', displayName: 'Tupas' }, settings);
}

/** The mobile certificate is one of the network's ways to log in. */
export function createFiMobiilivarmenne(settings: OidcEidSettings): OidcEidProvider {
  const profile = { ...fiEidProfile, method: 'fi_mobiilivarmenne', displayName: 'Mobiilivarmenne' };
  return createOidcEidProvider(profile, settings);
}
