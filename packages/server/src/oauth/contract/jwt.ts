import Type, { type Static } from 'typebox';
import { DateTime, Dictionary, Text } from '../../kernel/contract/primitives.ts';

export const ValidateJwtDto = Type.Object({
  jwt: Text({ minLength: 1, maxLength: 20_000, description: 'The token, in compact form.' }),
});

export const JwtValidationResultDto = Type.Object({
  valid: Type.Boolean({ description: 'Whether this instance signed it and it is in time.' }),
  expires: Type.Optional(DateTime({ description: 'When it ends or ended.' })),
  payload: Type.Optional(Dictionary(Type.Unknown(), { description: 'Its claims; never those of an access token.' })),
  error: Type.Optional(
    Type.String({
      description:
        'Why it is not valid: expired, not_yet_valid, revoked, invalid_signature, unknown_key, unknown_issuer, malformed or unsupported_algorithm.',
    }),
  ),
});
export type JwtValidationResultDto = Static<typeof JwtValidationResultDto>;
