import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import { canonicalScope, END_USER_SCOPES, isApiScope } from './api-scopes.ts';
import type { ClientSettings } from './client-store.ts';
import type { CreateOauthAPIClientRequest, UpdateOauthAPIClientRequest } from './contract/oauth-client.ts';

export const DEFAULT_SETTINGS: Omit<ClientSettings, 'name'> = {
  allowedScopes: [],
  accessTokenType: 'Jwt',
  accessTokenLifetimeSeconds: 3600,
  identityTokenLifetimeSeconds: 300,
  absoluteRefreshTokenLifetimeSeconds: 2_592_000,
  slidingRefreshTokenLifetimeSeconds: 1_296_000,
  refreshTokenUsage: 'OneTimeOnly',
  refreshTokenExpiration: 'Absolute',
  updateClaimsOnRefresh: false,
  alwaysSendClientClaims: false,
  claims: [],
  corsOrigins: [],
};

/** Claims that say who calls and until when: never a client's own to set, under any prefix. */
const RESERVED_CLAIMS = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'id',
  'client_id',
  'account_id',
  'dealer_id',
  'environment',
  'scope',
  'auth_time',
  'acr',
  'amr',
  'idp',
  'sid',
  'cnf',
]);
const CLAIM_PREFIX = 'client_';

/** The settings after the request: what it leaves out stays as it is. Throws 400 naming every mistake, with the given `errors`. */
export function settingsAfter(
  body: Omit<CreateOauthAPIClientRequest | UpdateOauthAPIClientRequest, 'Flow'>,
  before: Omit<ClientSettings, 'name'>,
  { kind = 'api', errors = [] }: { kind?: 'api' | 'openid'; errors?: FieldError[] } = {},
): ClientSettings {
  const settings: ClientSettings = {
    name: body.ClientName.trim(),
    allowedScopes: body.AllowedScopes ? scopes(body.AllowedScopes, kind, errors) : before.allowedScopes,
    accessTokenType: body.AccessTokenType ?? before.accessTokenType,
    accessTokenLifetimeSeconds: body.AccessTokenLifetime ?? before.accessTokenLifetimeSeconds,
    identityTokenLifetimeSeconds: body.IdentityTokenLifetime ?? before.identityTokenLifetimeSeconds,
    absoluteRefreshTokenLifetimeSeconds:
      body.AbsoluteRefreshTokenLifetime ?? before.absoluteRefreshTokenLifetimeSeconds,
    slidingRefreshTokenLifetimeSeconds: body.SlidingRefreshTokenLifetime ?? before.slidingRefreshTokenLifetimeSeconds,
    refreshTokenUsage: body.RefreshTokenUsage ?? before.refreshTokenUsage,
    refreshTokenExpiration: body.RefreshTokenExpiration ?? before.refreshTokenExpiration,
    updateClaimsOnRefresh: body.UpdateAccessTokenClaimsOnRefresh ?? before.updateClaimsOnRefresh,
    alwaysSendClientClaims: body.AlwaysSendClientClaims ?? before.alwaysSendClientClaims,
    claims: body.Claims ? claims(body.Claims, errors) : before.claims,
    corsOrigins: body.AllowedCorsOrigins ? origins(body.AllowedCorsOrigins, errors) : before.corsOrigins,
  };
  if (settings.name === '') errors.push({ field: 'ClientName', code: 'required', message: 'Required.' });
  if (settings.slidingRefreshTokenLifetimeSeconds > settings.absoluteRefreshTokenLifetimeSeconds) {
    errors.push({
      field: 'SlidingRefreshTokenLifetime',
      code: 'max',
      message: 'Must not be above AbsoluteRefreshTokenLifetime.',
    });
  }
  if (errors.length > 0) throw invalidInput(errors);
  return settings;
}

export function invalidInput(errors: FieldError[]): SeglError {
  const count = errors.length === 1 ? '1 invalid field' : `${errors.length} invalid fields`;
  return new SeglError(400, 'validation_failed', `The request has ${count}.`, { errors });
}

function scopes(names: readonly string[], kind: 'api' | 'openid', errors: FieldError[]): string[] {
  const isKnown = kind === 'api' ? isApiScope : (name: string) => END_USER_SCOPES.includes(name);
  const canonical = names.map((name) => canonicalScope(name.trim()));
  for (const [index, name] of canonical.entries()) {
    if (isKnown(name)) continue;
    const message = kind === 'api' ? 'This is no scope of API clients.' : 'This is no scope of end users.';
    errors.push({ field: `AllowedScopes[${index}]`, code: 'enum', message });
  }
  return [...new Set(canonical)];
}

function claims(given: ClientSettings['claims'], errors: FieldError[]): ClientSettings['claims'] {
  const seen = new Set<string>();
  return given.map((claim, index) => {
    const name = claim.Type.trim();
    const bare = name.startsWith(CLAIM_PREFIX) ? name.slice(CLAIM_PREFIX.length) : name;
    const field = `Claims[${index}].Type`;
    if (!/^[A-Za-z0-9_.:/-]+$/.test(bare) || RESERVED_CLAIMS.has(name) || RESERVED_CLAIMS.has(bare)) {
      errors.push({ field, code: 'format', message: 'This name is not free for claims of clients.' });
    } else if (seen.has(bare)) {
      errors.push({ field, code: 'duplicate', message: 'Given twice.' });
    }
    seen.add(bare);
    return { Type: bare, Value: claim.Value };
  });
}

function origins(given: readonly string[], errors: FieldError[]): string[] {
  return [
    ...new Set(
      given.map((text, index) => {
        const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
        const isOrigin =
          url !== undefined && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
        const secure =
          url?.protocol === 'https:' ||
          (url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname));
        if (isOrigin && secure) return url.origin;
        errors.push({
          field: `AllowedCorsOrigins[${index}]`,
          code: 'url',
          message: 'Must be an origin such as https://www.example.com; http only on this machine.',
        });
        return '';
      }),
    ),
  ];
}
