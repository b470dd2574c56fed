export { type AccessTokens, createAccessTokens, type TokenKey, type TokenKeys } from './access-token.ts';
export { createLockOut, type FailedAuthentication, type LockOut } from './lock-out.ts';
export { registerOAuth } from './token-endpoint.ts';
export { loadTokenKeys } from './token-keys.ts';
