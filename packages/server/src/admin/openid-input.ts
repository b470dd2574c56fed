import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import { isHttpUrl, textAfter } from './account-input.ts';
import { DEFAULT_SETTINGS, settingsAfter } from './client-input.ts';
import type { ClientSettings, OpenIdSettings } from './client-store.ts';
import type { CreateOpenIdClientRequest, UpdateOpenIdClientRequest } from './contract/openid-client.ts';

export const DEFAULT_OPENID: OpenIdSettings = {
  clientUri: null,
  requireConsent: false,
  allowRememberConsent: true,
  flow: 'AuthorizationCodeWithProofKey',
  allowClientCredentialsOnly: false,
  redirectUris: [],
  postLogoutRedirectUris: [],
  logoutUri: null,
  requireSignOutPrompt: false,
  identityProviderRestrictions: [],
  includeJwtId: true,
  allowAccessTokensViaBrowser: false,
};

export const DEFAULT_OPENID_SETTINGS = {
  ...DEFAULT_SETTINGS,
  allowedScopes: ['openid', 'profile'],
  openid: DEFAULT_OPENID,
};

type Request = CreateOpenIdClientRequest | UpdateOpenIdClientRequest;

/**
 * The settings after the request: what it leaves out stays as it is. Throws 400 naming every mistake, and 422
 * `flow_not_supported`.
 */
export function openIdSettingsAfter(
  body: Request,
  before: Omit<ClientSettings, 'name'>,
  isUpdate: boolean,
): ClientSettings {
  const known = before.openid ?? DEFAULT_OPENID;
  const errors: FieldError[] = [];
  const openid: OpenIdSettings = {
    clientUri: webAddress('ClientUri', body, known.clientUri, errors),
    requireConsent: body.RequireConsent ?? known.requireConsent,
    allowRememberConsent: body.AllowRememberConsent ?? known.allowRememberConsent,
    flow: body.Flow ?? known.flow,
    allowClientCredentialsOnly: body.AllowClientCredentialsOnly ?? known.allowClientCredentialsOnly,
    redirectUris: addresses('RedirectUris', body, known.redirectUris, errors),
    postLogoutRedirectUris: addresses('PostLogoutRedirectUris', body, known.postLogoutRedirectUris, errors),
    logoutUri: webAddress('LogoutUri', body, known.logoutUri, errors),
    requireSignOutPrompt: body.RequireSignOutPrompt ?? known.requireSignOutPrompt,
    identityProviderRestrictions: [...new Set(body.IdentityProviderRestrictions ?? known.identityProviderRestrictions)],
    includeJwtId: body.IncludeJwtId ?? known.includeJwtId,
    allowAccessTokensViaBrowser: body.AllowAccessTokensViaBrowser ?? known.allowAccessTokensViaBrowser,
  };
  const unknown = openid.identityProviderRestrictions.indexOf('UNKNOWN');
  if (unknown >= 0) {
    const field = `IdentityProviderRestrictions[${unknown}]`;
    errors.push({ field, code: 'enum', message: 'This is no provider.' });
  }
  const logsIn = openid.flow !== 'ClientCredentials' && !openid.allowClientCredentialsOnly;
  // A new client may get its addresses later; until then nobody can log in with it.
  if (isUpdate && logsIn && openid.redirectUris.length === 0) {
    errors.push({ field: 'RedirectUris', code: 'required', message: 'Required for logins.' });
  }
  const needsSecret = openid.flow === 'Hybrid' || openid.flow === 'ClientCredentials';
  if (needsSecret && body.ClientSecrets?.length === 0) {
    errors.push({ field: 'ClientSecrets', code: 'required', message: 'Required for this flow.' });
  }
  const settings = { ...settingsAfter(body, before, { kind: 'openid', errors }), openid };
  if (openid.flow === 'ResourceOwner' || openid.flow === 'Custom') {
    throw new SeglError(422, 'flow_not_supported', `The flow ${openid.flow} is not supported.`);
  }
  return settings;
}

function webAddress(
  field: 'ClientUri' | 'LogoutUri',
  body: Request,
  before: string | null,
  errors: FieldError[],
): string | null {
  const after = textAfter(body[field], before);
  if (body[field]?.trim() && !isHttpUrl(body[field].trim())) {
    errors.push({ field, code: 'url', message: 'Must be an absolute URL.' });
  }
  return after;
}

function addresses(
  field: 'RedirectUris' | 'PostLogoutRedirectUris',
  body: Request,
  before: string[],
  errors: FieldError[],
): string[] {
  for (const [index, address] of (body[field] ?? []).entries()) {
    if (isReturnAddress(address)) continue;
    errors.push({
      field: `${field}[${index}]`,
      code: 'url',
      message:
        'Must be https, http on this machine, or have the scheme of an app (com.example.app), without a fragment.',
    });
  }
  return [...new Set(body[field] ?? before)];
}

/** RFC 8252 §7: besides https, loopback addresses and schemes that are domain names written backwards. */
function isReturnAddress(address: string): boolean {
  if (!URL.canParse(address) || address.includes('#') || /\s/.test(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username || password) return false;
  if (protocol === 'https:') return true;
  if (protocol === 'http:') return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(protocol);
}
