import type { RouteDefinition } from '../kernel/http/route.ts';
import type { AccessTokens } from './access-token.ts';
import { JwtValidationResultDto, ValidateJwtDto } from './contract/jwt.ts';
import type { IssuedTokens } from './issued-token.ts';
import { validateJwt } from './validate-jwt.ts';

/** The address in its two spellings; a doubled slash is none of its own. */
const VALIDATE_PATHS = ['/jwt/validate', '/jwt/jwt/validate'] as const;

export function jwtRoutes(deps: { issued: IssuedTokens; tokens: Pick<AccessTokens, 'inspect'> }): RouteDefinition[] {
  return VALIDATE_PATHS.map((path, index) => ({
    method: 'POST',
    path,
    operationId: index === 0 ? 'JwtValidatePost' : 'JwtValidatePostByOlderPath',
    summary: 'Check a token that this instance signed',
    description:
      'Redirect tokens are answered with their claims, access tokens without. A token that is not valid is answered with 200 and the reason. Needs no token of its own.',
    example: {
      request: { jwt: 'eyJhbGciOiJSUzI1NiIs…' },
      answer: { valid: false, error: 'invalid_signature' },
    },
    tags: ['Jwt'],
    body: ValidateJwtDto,
    responses: { 200: JwtValidationResultDto },
    handle: async (_context, { body }) => ({ status: 200, body: await validateJwt(deps, body.jwt) }),
  }));
}
