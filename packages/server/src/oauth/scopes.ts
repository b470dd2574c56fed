import { SeglError } from '../kernel/errors/segl-error.ts';

/** Scope names of API clients; end-user scopes belong to OpenID clients. */
export const API_SCOPES = [
  'document_read',
  'document_write',
  'document_file',
  'event',
  'identify',
  'addons',
  'account_read',
  'account_write',
  'account-create',
  'dealer',
  'dealer_read',
  'oauth_write',
  'openid_write',
  'root',
  'invoice',
  'analytics',
  'audit_read',
  'audit_write',
  'audit_root',
  'merchantsign',
  'validation',
  'validation_ssn',
  'text_read',
  'text_write',
  'share_read',
  'share_write',
  'jwt',
  'form_read',
  'form_write',
  'form_file',
  'deposit_read',
  'deposit_write',
] as const;

const ALIASES = new Map<string, string>(
  Object.entries({
    'account-read': 'account_read',
    'account-write': 'account_write',
    account_create: 'account-create',
    'dealer-read': 'dealer_read',
    'oauth-token': 'oauth_write',
    oauth_token: 'oauth_write',
    'openid-client': 'openid_write',
    openid_client: 'openid_write',
    validate: 'validation',
    'validate-ssn': 'validation_ssn',
  }),
);

/**
 * The scopes to grant. Nothing asked for: all that the client may have. Names are split at blanks, commas and line
 * breaks, aliases mapped, duplicates merged. One name that the client may not have: 400 `invalid_scope`, no partial grant.
 */
export function grantedScopes(asked: string | undefined, allowed: readonly string[]): string[] {
  const names = (asked ?? '').split(/[\s,]+/).filter(Boolean);
  if (names.length === 0) return [...allowed];
  const canonical = [...new Set(names.map((name) => ALIASES.get(name) ?? name))];
  const refused = canonical.filter((name) => !allowed.includes(name));
  if (refused.length > 0) {
    throw new SeglError(400, 'invalid_scope', `Unknown or not granted to this client: ${refused.join(' ')}.`);
  }
  return canonical;
}
