import type { AccessTokens } from './access-token.ts';
import type { JwtValidationResultDto } from './contract/jwt.ts';
import type { IssuedTokens } from './issued-token.ts';
import { ACCESS_TOKEN_TYPE } from './sign-token.ts';

/**
 * Whether a token is one of this instance and in time. What an access token says is told by introspection only, to those
 * who may know it; here it is valid while it would be accepted.
 */
export async function validateJwt(
  deps: { issued: IssuedTokens; tokens: Pick<AccessTokens, 'inspect'> },
  jwt: string,
): Promise<JwtValidationResultDto> {
  const checked = await deps.issued.check(jwt);
  if (!checked.genuine) return { valid: false, error: checked.fault };
  const expires = checked.expiresAt.toISOString();
  if (checked.type === ACCESS_TOKEN_TYPE) {
    if (checked.time) return { valid: false, expires, error: checked.time };
    return (await deps.tokens.inspect(jwt)) ? { valid: true, expires } : { valid: false, expires, error: 'revoked' };
  }
  const payload = checked.claims as JwtValidationResultDto['payload'];
  return checked.time ? { valid: false, expires, payload, error: checked.time } : { valid: true, expires, payload };
}
