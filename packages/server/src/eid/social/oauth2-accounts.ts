import { createOAuth2EidProvider } from '../oauth2/oauth2-eid-provider.ts';
import type { OAuth2Profile } from '../oauth2/oauth2-profile.ts';
import type { OidcEidProvider, OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import { namesOf, outcomeOfError, splitName, textClaim } from '../oidc/person-claims.ts';

type Members = Record<string, unknown>;

const githubProfile: OAuth2Profile = {
  method: 'github',
  displayName: 'GitHub',
  scope: 'read:user user:email',
  authorizationPath: '/login/oauth/authorize',
  tokenPath: '/login/oauth/access_token',
  hosts: { api: 'https://api.github.com' },
  apiPaths: ['/user', '/user/emails'],
  toPerson([user, addresses]) {
    const { id, login, name } = user as Members;
    if (!Number.isSafeInteger(id)) return undefined;
    // People need not say their name, and may change the login that stands for it; the id stays.
    const shown = textClaim(name) ?? textClaim(login);
    if (!shown) return undefined;
    const list = Array.isArray(addresses) ? (addresses as Members[]) : [];
    const primary = list.find((address) => address.primary === true && address.verified === true);
    return { ...splitName(shown), uniqueId: String(id), email: textClaim(primary?.email) };
  },
  toOutcome: outcomeOfError,
};

const facebookProfile: OAuth2Profile = {
  method: 'facebook',
  displayName: 'Facebook',
  scope: 'public_profile email',
  authorizationPath: '/v19.0/dialog/oauth',
  tokenPath: '/v19.0/oauth/access_token',
  hosts: { token: 'https://graph.facebook.com', api: 'https://graph.facebook.com' },
  apiPaths: ['/v19.0/me?fields=id,name,first_name,last_name,email'],
  toPerson([me]) {
    const { id, name, first_name: firstName, last_name: lastName, email } = me as Members;
    const uniqueId = textClaim(id);
    const fullName = textClaim(name);
    if (!uniqueId || !fullName) return undefined;
    const given = textClaim(firstName);
    return {
      ...(given ? namesOf(fullName, given, textClaim(lastName) ?? '') : splitName(fullName)),
      uniqueId,
      email: textClaim(email),
    };
  },
  toOutcome: outcomeOfError,
};

const linkedInProfile: OAuth2Profile = {
  method: 'linkedin',
  displayName: 'LinkedIn',
  scope: 'openid profile email',
  authorizationPath: '/oauth/v2/authorization',
  tokenPath: '/oauth/v2/accessToken',
  hosts: { api: 'https://api.linkedin.com' },
  apiPaths: ['/v2/userinfo'],
  toPerson([info]) {
    const {
      sub,
      name,
      given_name: givenName,
      family_name: familyName,
      email,
      email_verified: verified,
    } = info as Members;
    const uniqueId = textClaim(sub);
    const fullName = textClaim(name);
    if (!uniqueId || !fullName) return undefined;
    const given = textClaim(givenName);
    return {
      ...(given ? namesOf(fullName, given, textClaim(familyName) ?? '') : splitName(fullName)),
      uniqueId,
      email: verified === true || verified === 'true' ? textClaim(email) : undefined,
    };
  },
  toOutcome: (error, description) =>
    error === 'user_cancelled_login' || error === 'user_cancelled_authorize'
      ? { result: 'canceled' }
      : outcomeOfError(error, description),
};

export const createGitHub = (settings: OidcEidSettings): OidcEidProvider =>
  createOAuth2EidProvider(githubProfile, settings);
export const createFacebook = (settings: OidcEidSettings): OidcEidProvider =>
  createOAuth2EidProvider(facebookProfile, settings);
/** Its id_tokens hold no nonce, so that they prove nothing about this login; who it was is asked at its API. */
export const createLinkedIn = (settings: OidcEidSettings): OidcEidProvider =>
  createOAuth2EidProvider(linkedInProfile, settings);
