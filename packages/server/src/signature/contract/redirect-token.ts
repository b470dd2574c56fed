import Type, { type Static } from 'typebox';
import { DateTime, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { MECHANISMS, SIGNATURE_METHODS } from './document.ts';

const optional = Type.Optional;

export const JwtValidationRequest = Type.Object({
  jwt: Text({ minLength: 1, maxLength: 20_000, description: 'The token of a redirect, in compact form.' }),
});

export const JwtPayload = Type.Object(
  {
    accountId: Guid({ description: 'Account that owns the document.' }),
    documentId: Guid({ description: 'Id of the document.' }),
    externalId: Type.String({ description: 'The caller’s own id of the document.' }),
    signerId: Guid({ description: 'Id of the signer.' }),
    externalSignerId: Type.String({ description: 'The caller’s own id of the signer.' }),
    error: optional(
      Type.Object(
        {
          errorMessage: optional(Type.String({ description: 'What went wrong.' })),
          errorCode: optional(Type.String({ description: 'Its code: SA-…, document_expired or document_canceled.' })),
          eidErrorMessage: optional(Type.String({ description: 'What the eID said.' })),
          eidErrorCode: optional(Type.String({ description: 'Code of the eID.' })),
        },
        { description: 'Present after a failure.' },
      ),
    ),
    signSuccess: optional(
      Type.Object(
        {
          signatureMethodUniqueId: optional(Type.String({ description: 'Id of the person at the eID.' })),
          firstName: optional(Type.String({ description: 'First name.' })),
          middleName: optional(Type.String({ description: 'Middle name.' })),
          lastName: optional(Type.String({ description: 'Last name.' })),
          fullName: optional(Type.String({ description: 'Name as the eID has it.' })),
          dateOfBirth: optional(Type.String({ description: 'YYYY-MM-DD' })),
          signatureMethod: optional(stringEnum(SIGNATURE_METHODS, { description: 'The eID that was used.' })),
          signedTime: optional(DateTime({ description: 'When.' })),
          mechanism: optional(stringEnum(MECHANISMS, { description: 'How the signature came about.' })),
        },
        { description: 'Present after a signature.' },
      ),
    ),
    expires: DateTime({ description: 'When the token ends or ended.' }),
    aborted: Type.Boolean({ description: 'Whether the signer turned away.' }),
  },
  { description: 'What the token says, when it is genuine.' },
);
export type JwtPayload = Static<typeof JwtPayload>;

export const JwtValidationResponse = Type.Object({
  jwtValid: Type.Boolean({ description: 'Whether the token is a genuine one of a redirect, also an old one.' }),
  expired: Type.Boolean({ description: 'Whether its time has passed.' }),
  jwtPayload: optional(JwtPayload),
  error: optional(Type.String({ description: 'Why it is not genuine.' })),
});
