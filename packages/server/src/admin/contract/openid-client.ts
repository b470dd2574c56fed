import Type, { type Static } from 'typebox';
import { OlderProviderInput } from '../../identification/contract/providers.ts';
import { DateTime, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { ACCESS_TOKEN_TYPES, ClaimLite, MAX_SECRETS, OauthSecret, OauthSecretInput } from './oauth-client.ts';

const optional = Type.Optional;

export const OPENID_FLOWS = [
  'AuthorizationCode',
  'Implicit',
  'Hybrid',
  'ClientCredentials',
  'ResourceOwner',
  'Custom',
  'AuthorizationCodeWithProofKey',
  'HybridWithProofKey',
] as const;
export type OpenIdFlow = (typeof OPENID_FLOWS)[number];

const flow = stringEnum(OPENID_FLOWS, {
  description:
    'How a login goes; AuthorizationCodeWithProofKey when left out. ResourceOwner and Custom are refused with 422.',
});
const provider = OlderProviderInput('A provider of logins; names of the newer API are taken too.');
const address = Text({ minLength: 1, maxLength: 2000 });

/** The members that requests and answers share. */
const members = {
  ClientUri: Text({ maxLength: 2000, description: 'Web site of the client, shown where consent is asked for.' }),
  RequireConsent: Type.Boolean({ description: 'Whether users are asked for consent; false by default.' }),
  AllowRememberConsent: Type.Boolean({ description: 'Whether consent can be remembered; true by default.' }),
  Flow: flow,
  AllowClientCredentialsOnly: Type.Boolean({ description: 'Refuses every login; false by default.' }),
  RedirectUris: Type.Array(address, {
    maxItems: 50,
    description:
      'Where users come back to, compared character by character: https, http on this machine, or the scheme of an app.',
  }),
  PostLogoutRedirectUris: Type.Array(address, { maxItems: 50, description: 'Where users come to after a logout.' }),
  LogoutUri: Text({ maxLength: 2000, description: 'Called in a hidden frame when a user logs out.' }),
  RequireSignOutPrompt: Type.Boolean({ description: 'Whether a logout is to be confirmed; false by default.' }),
  AllowedScopes: Type.Array(Text({ minLength: 1, maxLength: 100 }), {
    maxItems: 100,
    description:
      'Scopes of end users: openid, profile, email, phone, ssn, offline_access; openid and profile by default.',
  }),
  IdentityProviderRestrictions: Type.Array(provider, {
    maxItems: 50,
    description: 'Providers that may be used; none named: all that the account has.',
  }),
  IdentityTokenLifetime: Type.Integer({
    minimum: 60,
    maximum: 3600,
    description: 'Lifetime of identity tokens in seconds; 300 by default.',
  }),
  AccessTokenLifetime: Type.Integer({
    minimum: 60,
    maximum: 86_400,
    description: 'Lifetime of access tokens in seconds; 3600 by default.',
  }),
  AbsoluteRefreshTokenLifetime: Type.Integer({
    minimum: 60,
    maximum: 7_776_000,
    description: 'Longest lifetime of refresh tokens in seconds; 30 days by default.',
  }),
  SlidingRefreshTokenLifetime: Type.Integer({
    minimum: 60,
    maximum: 7_776_000,
    description:
      'By how many seconds each use extends a refresh token; 15 days by default, at most the absolute lifetime.',
  }),
  RefreshTokenUsage: stringEnum(['ReUse', 'OneTimeOnly'], {
    description: 'Whether a refresh token works once; by default it does.',
  }),
  UpdateAccessTokenClaimsOnRefresh: Type.Boolean({
    description: 'Whether claims are read anew with a refresh; false by default.',
  }),
  RefreshTokenExpiration: stringEnum(['Sliding', 'Absolute'], {
    description: 'Whether use extends a refresh token; Absolute by default.',
  }),
  AccessTokenType: stringEnum(ACCESS_TOKEN_TYPES, { description: 'Jwt: a signed token. Reference: an opaque one.' }),
  IncludeJwtId: Type.Boolean({ description: 'Kept for older callers: access tokens always have an id.' }),
  AlwaysSendClientClaims: Type.Boolean({
    description: 'Whether claims of the client are in tokens of users; false by default.',
  }),
  AllowedCorsOrigins: Type.Array(Text({ minLength: 1, maxLength: 300 }), {
    maxItems: 50,
    description: 'Origins whose pages may call with tokens of this client.',
  }),
  AllowAccessTokensViaBrowser: Type.Boolean({
    description: 'Whether access tokens may pass through the browser; false by default.',
  }),
};

const settings = {
  ...(Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, optional(schema)])) as unknown as {
    [Name in keyof typeof members]: Type.TOptional<(typeof members)[Name]>;
  }),
  ClientSecrets: optional(
    Type.Array(OauthSecretInput, {
      maxItems: MAX_SECRETS,
      description:
        'The complete list; none for a public client. One is generated for a new client when it is left out.',
    }),
  ),
  Claims: optional(Type.Array(ClaimLite, { maxItems: 20, description: 'Further claims of the client.' })),
};

const accountId = optional(
  Guid({ description: 'Account that the client belongs to; that of the token when left out.' }),
);
const clientName = Text({
  minLength: 1,
  maxLength: 100,
  description: 'Display name, shown where consent is asked for.',
});

export const CreateOpenIdClientRequest = Type.Object({ AccountId: accountId, ClientName: clientName, ...settings });
export type CreateOpenIdClientRequest = Static<typeof CreateOpenIdClientRequest>;

export const UpdateOpenIdClientRequest = Type.Object({
  AccountId: accountId,
  ClientId: Text({ minLength: 1, maxLength: 100, description: 'Client to change.' }),
  ClientName: clientName,
  Enabled: optional(Type.Boolean({ description: 'A disabled client logs nobody in.' })),
  ...settings,
});
export type UpdateOpenIdClientRequest = Static<typeof UpdateOpenIdClientRequest>;

const { ClientUri, LogoutUri, ...always } = members;
export const OpenIdClientResponse = Type.Object({
  AccountId: Guid({ description: 'Account that the client belongs to.' }),
  ClientId: Type.String({ description: 'Id: t or p for its environment, and 32 hex digits.' }),
  ClientName: Type.String({ description: 'Display name.' }),
  Enabled: Type.Boolean({ description: 'A disabled client logs nobody in.' }),
  Created: DateTime({ description: 'When it was created.' }),
  LastChanged: DateTime({ description: 'When it last changed.' }),
  ClientSecrets: Type.Array(OauthSecret, { description: 'Its secrets, without their values.' }),
  ...always,
  ClientUri: optional(ClientUri),
  LogoutUri: optional(LogoutUri),
  Claims: Type.Array(ClaimLite, { description: 'Further claims of the client.' }),
});
export type OpenIdClientResponse = Static<typeof OpenIdClientResponse>;
