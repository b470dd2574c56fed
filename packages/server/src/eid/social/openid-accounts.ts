import { createOidcEidProvider, type OidcEidProvider, type OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import type { OidcProfile } from '../oidc/oidc-profile.ts';
import { namesOf, outcomeOfError, splitName, textClaim } from '../oidc/person-claims.ts';

/** What accounts have in common that anybody can open: an id, a name that the person chose, perhaps an address. */
const accountProfile = {
  countryCode: '',
  signs: [],
  allowsFraming: false,
  idTokenAlgorithm: 'RS256',
  hidesLoginTime: true,
  scope: () => 'openid profile email',
  requestParameters: (input) => ({ ui_locales: input.language === 'no' ? 'nb' : input.language }),
  assuranceLevel: () => 'low',
  toOutcome: outcomeOfError,
} satisfies Partial<OidcProfile>;

const googleProfile: OidcProfile = {
  ...accountProfile,
  method: 'google',
  displayName: 'Google',
  nativeFileName: 'google-id-token.jwt',
  /** It knows no other. */
  prompt: 'select_account',

  toPerson(claims) {
    const uniqueId = textClaim(claims.sub);
    const name = textClaim(claims.name);
    if (!uniqueId || !name) return undefined;
    const givenName = textClaim(claims.given_name);
    return {
      ...(givenName ? namesOf(name, givenName, textClaim(claims.family_name) ?? '') : splitName(name)),
      uniqueId,
      email: claims.email_verified === true ? textClaim(claims.email) : undefined,
    };
  },
};

const microsoftProfile: OidcProfile = {
  ...accountProfile,
  method: 'microsoft',
  displayName: 'Microsoft',
  nativeFileName: 'microsoft-id-token.jwt',

  toPerson(claims) {
    const uniqueId = textClaim(claims.sub);
    const name = textClaim(claims.name);
    if (!uniqueId || !name) return undefined;
    // An address that nobody has verified can be anybody's: a tenant's administrator writes what they like.
    const isVerified = claims.xms_edov === true || claims.xms_edov === '1' || claims.xms_edov === 1;
    return { ...splitName(name), uniqueId, email: isVerified ? textClaim(claims.email) : undefined };
  },
};

export function createGoogle(settings: OidcEidSettings): OidcEidProvider {
  return createOidcEidProvider(googleProfile, settings);
}

/** Microsoft Entra ID: one tenant, or that of personal accounts. Throws for an issuer that stands for all tenants, whose id_tokens name another. */
export function createMicrosoft(settings: OidcEidSettings): OidcEidProvider {
  if (/^\/(common|organizations|consumers)(\/|$)/.test(new URL(settings.issuer).pathname)) {
    throw new TypeError('needs the issuer of one tenant, with its id in place of the word');
  }
  return createOidcEidProvider(microsoftProfile, settings);
}
