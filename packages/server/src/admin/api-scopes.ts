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

/** Scopes of end users, which OpenID clients ask for and API clients never have. */
export const END_USER_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'phone', 'ssn', 'offline_access'];

/** What reaches beyond the account of the client, which only the operator or a dealer may have given. */
const BEYOND_ACCOUNT = new Set<string>(['account-create', 'dealer', 'dealer_read', 'root', 'audit_root']);

/** What an account's own client can be given. */
export const ACCOUNT_SCOPES: readonly string[] = API_SCOPES.filter((name) => !BEYOND_ACCOUNT.has(name));

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

/** The name that stands in tokens and settings, for any accepted spelling; an unknown name as it is. */
export function canonicalScope(name: string): string {
  return ALIASES.get(name) ?? name;
}

export function isApiScope(name: string): boolean {
  return (API_SCOPES as readonly string[]).includes(name);
}
