import Type, { type Static } from 'typebox';
import { DateTime, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';

const optional = Type.Optional;

export const SECRET_TYPES = ['SharedSecret', 'X509CertificateBase64', 'JsonWebKey'] as const;
export type SecretType = (typeof SECRET_TYPES)[number];

export const ACCESS_TOKEN_TYPES = ['Jwt', 'Reference'] as const;
export type AccessTokenType = (typeof ACCESS_TOKEN_TYPES)[number];

export const MAX_SECRETS = 5;
/** Stands for a secret that is kept. */
export const MASKED_VALUE = '********';

export const ClaimLite = Type.Object({
  Type: Text({
    minLength: 1,
    maxLength: 100,
    description: 'Name of the claim, which tokens carry with the prefix client_.',
  }),
  Value: Text({ maxLength: 500, description: 'Value of the claim.' }),
});
export type ClaimLite = Static<typeof ClaimLite>;

export const OauthSecretInput = Type.Object({
  Description: optional(
    Text({ maxLength: 200, description: 'Name of the entry, unique within the client; secret-<n> when left out.' }),
  ),
  Value: optional(
    Text({
      maxLength: 20_000,
      description:
        'Own secret of at least 32 characters, certificate in base64 or public JSON Web Key. A shared secret that is left out is generated.',
    }),
  ),
  Expiration: optional(DateTime({ description: 'From when the entry cannot be used any more.' })),
  Type: optional(stringEnum(SECRET_TYPES, { description: 'Kind of entry; SharedSecret when left out.' })),
});
export type OauthSecretInput = Static<typeof OauthSecretInput>;

const settings = {
  ClientSecrets: optional(
    Type.Array(OauthSecretInput, {
      maxItems: MAX_SECRETS,
      description: 'The complete list. An entry with a known Description and no Value is kept.',
    }),
  ),
  AllowedScopes: optional(
    Type.Array(Text({ minLength: 1, maxLength: 100 }), {
      maxItems: 100,
      description: 'Scopes that tokens of the client may have: at most those of the caller.',
    }),
  ),
  AccessTokenLifetime: optional(
    Type.Integer({
      minimum: 60,
      maximum: 86_400,
      description: 'Lifetime of access tokens in seconds; 3600 by default.',
    }),
  ),
  AbsoluteRefreshTokenLifetime: optional(
    Type.Integer({
      minimum: 60,
      maximum: 7_776_000,
      description: 'Kept for older callers: API clients get no refresh tokens.',
    }),
  ),
  SlidingRefreshTokenLifetime: optional(
    Type.Integer({
      minimum: 60,
      maximum: 7_776_000,
      description: 'Kept for older callers; not above the absolute lifetime.',
    }),
  ),
  RefreshTokenUsage: optional(
    stringEnum(['ReUse', 'OneTimeOnly'], { description: 'Kept for older callers: API clients get no refresh tokens.' }),
  ),
  UpdateAccessTokenClaimsOnRefresh: optional(
    Type.Boolean({ description: 'Kept for older callers: API clients get no refresh tokens.' }),
  ),
  RefreshTokenExpiration: optional(
    stringEnum(['Sliding', 'Absolute'], { description: 'Kept for older callers: API clients get no refresh tokens.' }),
  ),
  AccessTokenType: optional(
    stringEnum(ACCESS_TOKEN_TYPES, {
      description: 'Jwt: a signed token. Reference: an opaque one, which ends the moment it is revoked.',
    }),
  ),
  AllowedCorsOrigins: optional(
    Type.Array(Text({ minLength: 1, maxLength: 300 }), {
      maxItems: 50,
      description: 'Origins whose pages may call with tokens of this client.',
    }),
  ),
  IdentityTokenLifetime: optional(
    Type.Integer({
      minimum: 60,
      maximum: 3600,
      description: 'Kept for older callers: API clients get no identity tokens.',
    }),
  ),
  AlwaysSendClientClaims: optional(
    Type.Boolean({ description: 'Kept for older callers: tokens of API clients always have the claims.' }),
  ),
  Claims: optional(Type.Array(ClaimLite, { maxItems: 20, description: 'Further claims of the access tokens.' })),
};

const accountId = optional(
  Guid({ description: 'Account that the client belongs to; that of the token when left out.' }),
);
const clientName = Text({ minLength: 1, maxLength: 100, description: 'Display name.' });

export const CreateOauthAPIClientRequest = Type.Object({ AccountId: accountId, ClientName: clientName, ...settings });
export type CreateOauthAPIClientRequest = Static<typeof CreateOauthAPIClientRequest>;

export const UpdateOauthAPIClientRequest = Type.Object({
  AccountId: accountId,
  ClientId: Text({ minLength: 1, maxLength: 100, description: 'Client to change.' }),
  ClientName: clientName,
  Enabled: optional(Type.Boolean({ description: 'A disabled client gets no tokens, and those it has end.' })),
  ...settings,
});
export type UpdateOauthAPIClientRequest = Static<typeof UpdateOauthAPIClientRequest>;

export const OauthClientId = Type.Object({
  AccountId: accountId,
  ClientId: Text({ minLength: 1, maxLength: 100, description: 'Client that is meant.' }),
});
export type OauthClientId = Static<typeof OauthClientId>;

export const OauthSecret = Type.Object({
  Description: Type.String({ description: 'Name of the entry.' }),
  Value: optional(
    Type.String({
      description: 'The secret, once: in the answer to the request that made it.',
      'x-shown-once': true,
    }),
  ),
  Expiration: optional(DateTime({ description: 'From when the entry cannot be used any more.' })),
  Type: stringEnum(SECRET_TYPES, { description: 'Kind of entry.' }),
  Hint: Type.String({ description: 'Last four characters of the value.' }),
});

export const OauthAPIClientResponse = Type.Object({
  AccountId: Guid({ description: 'Account that the client belongs to.' }),
  ClientId: Type.String({ description: 'Id: t or p for its environment, and 32 hex digits.' }),
  ClientName: Type.String({ description: 'Display name.' }),
  Enabled: Type.Boolean({ description: 'A disabled client gets no tokens, and those it has end.' }),
  Created: DateTime({ description: 'When it was created.' }),
  LastChanged: DateTime({ description: 'When it last changed.' }),
  ClientSecrets: Type.Array(OauthSecret, { description: 'Its secrets, without their values.' }),
  AllowedScopes: Type.Array(Type.String(), { description: 'Scopes that its tokens may have.' }),
  AccessTokenLifetime: Type.Integer({ description: 'Lifetime of access tokens in seconds.' }),
  AbsoluteRefreshTokenLifetime: Type.Integer({ description: 'As it was set; without effect.' }),
  SlidingRefreshTokenLifetime: Type.Integer({ description: 'As it was set; without effect.' }),
  RefreshTokenUsage: stringEnum(['ReUse', 'OneTimeOnly'], { description: 'As it was set; without effect.' }),
  UpdateAccessTokenClaimsOnRefresh: Type.Boolean({ description: 'As it was set; without effect.' }),
  RefreshTokenExpiration: stringEnum(['Sliding', 'Absolute'], { description: 'As it was set; without effect.' }),
  AccessTokenType: stringEnum(ACCESS_TOKEN_TYPES, { description: 'Kind of its access tokens.' }),
  Claims: Type.Array(ClaimLite, { description: 'Further claims of its access tokens.' }),
  AllowedCorsOrigins: Type.Array(Type.String(), { description: 'Origins whose pages may call with its tokens.' }),
  Flow: Type.String({ description: 'Always ClientCredentials.' }),
  IdentityTokenLifetime: Type.Integer({ description: 'As it was set; without effect.' }),
  AlwaysSendClientClaims: Type.Boolean({ description: 'As it was set; without effect.' }),
  LastUsed: optional(DateTime({ description: 'When the client last got a token.' })),
  LastUsedAddress: optional(Type.String({ description: 'IP address from which it did.' })),
});
export type OauthAPIClientResponse = Static<typeof OauthAPIClientResponse>;

export const OauthClientListItemResponse = Type.Object({
  ClientId: Type.String({ description: 'Id: t or p for its environment, and 32 hex digits.' }),
  Enabled: Type.Boolean({ description: 'A disabled client gets no tokens, and those it has end.' }),
  ClientName: Type.String({ description: 'Display name.' }),
  AccountId: Guid({ description: 'Account that the client belongs to.' }),
  Created: DateTime({ description: 'When it was created.' }),
  LastChanged: DateTime({ description: 'When it last changed.' }),
});
export type OauthClientListItemResponse = Static<typeof OauthClientListItemResponse>;

export const ClientParams = Type.Object({
  clientId: Type.String({ pattern: '^[tp][0-9a-f]{32}$', description: 'Id of the client.' }),
});
export const AccountQuery = Type.Object({
  accountId: optional(Guid({ description: 'Account to look at; that of the token when left out.' })),
});
export type AccountQuery = Static<typeof AccountQuery>;
