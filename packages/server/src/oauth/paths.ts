/** Every address exists under both prefixes, and the answers are the same. */
export const TOKEN_PATHS = ['/oauth/connect/token', '/connect/token'];
export const REVOCATION_PATHS = ['/oauth/connect/revocation', '/connect/revocation'];
export const INTROSPECTION_PATHS = ['/oauth/connect/introspect', '/connect/introspect'];
export const JWKS_PATHS = [
  '/oauth/.well-known/jwks',
  '/.well-known/jwks',
  '/oauth/.well-known/jwks.json',
  '/.well-known/jwks.json',
];
export const DISCOVERY_PATHS = [
  '/oauth/.well-known/openid-configuration',
  '/.well-known/openid-configuration',
  '/oauth/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server',
  // Where RFC 8414 §3.1 puts the document of an issuer that has a path.
  '/.well-known/oauth-authorization-server/oauth',
];
