import { EXAMPLES } from './examples.ts';

const { LastUsed: _at, LastUsedAddress: _from, Claims, ...made } = EXAMPLES.create.answer;
const { ClientSecrets: masked } = EXAMPLES.get.answer;

const openid = {
  ...made,
  ClientName: 'Customer pages',
  AllowedScopes: ['openid', 'profile'],
  Claims,
  ClientUri: 'https://www.nordbank.example',
  RequireConsent: false,
  AllowRememberConsent: true,
  Flow: 'AuthorizationCodeWithProofKey',
  AllowClientCredentialsOnly: false,
  RedirectUris: ['https://www.nordbank.example/login'],
  PostLogoutRedirectUris: [],
  LogoutUri: null,
  RequireSignOutPrompt: false,
  IdentityProviderRestrictions: ['NO_BANKID_WEB'],
  IncludeJwtId: true,
  AllowAccessTokensViaBrowser: false,
};
const { ClientName, RedirectUris, IdentityProviderRestrictions } = openid;
const settings = { ClientName, RedirectUris, IdentityProviderRestrictions };

/** Operation → an example of its request and of its answer. */
export const OPENID_EXAMPLES = {
  create: { request: settings, answer: openid },
  update: {
    request: { ClientId: openid.ClientId, ...settings },
    answer: { ...openid, ClientSecrets: masked, LastChanged: '2026-03-03T09:00:00.000Z' },
  },
  get: { answer: { ...openid, ClientSecrets: masked } },
};
