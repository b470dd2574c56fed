import type { ListedClient, StoredClient } from './client-store.ts';
import type { OauthAPIClientResponse, OauthClientListItemResponse } from './contract/oauth-client.ts';
import type { OpenIdClientResponse } from './contract/openid-client.ts';
import { DEFAULT_OPENID } from './openid-input.ts';
import type { PlannedSecret } from './secret-list.ts';

/** The client as the API answers it: values of secrets only for those that were made by this very request. */
export function clientView(
  client: Omit<StoredClient, 'secrets'>,
  secrets: readonly PlannedSecret[],
): OauthAPIClientResponse {
  return {
    ...commonView(client, secrets),
    Flow: 'ClientCredentials',
    LastUsed: client.lastUse?.at.toISOString(),
    LastUsedAddress: client.lastUse?.address,
  };
}

/** The same for one that logs end users in. */
export function openIdClientView(
  client: Omit<StoredClient, 'secrets'>,
  secrets: readonly PlannedSecret[],
): OpenIdClientResponse {
  const openid = client.settings.openid ?? DEFAULT_OPENID;
  return {
    ...commonView(client, secrets),
    ClientUri: openid.clientUri ?? undefined,
    RequireConsent: openid.requireConsent,
    AllowRememberConsent: openid.allowRememberConsent,
    Flow: openid.flow,
    AllowClientCredentialsOnly: openid.allowClientCredentialsOnly,
    RedirectUris: openid.redirectUris,
    PostLogoutRedirectUris: openid.postLogoutRedirectUris,
    LogoutUri: openid.logoutUri ?? undefined,
    RequireSignOutPrompt: openid.requireSignOutPrompt,
    IdentityProviderRestrictions: openid.identityProviderRestrictions,
    IncludeJwtId: openid.includeJwtId,
    AllowAccessTokensViaBrowser: openid.allowAccessTokensViaBrowser,
  };
}

function commonView(client: Omit<StoredClient, 'secrets'>, secrets: readonly PlannedSecret[]) {
  const { settings } = client;
  return {
    AccountId: client.accountId,
    ClientId: client.id,
    ClientName: settings.name,
    Enabled: client.enabled,
    Created: client.createdAt.toISOString(),
    LastChanged: client.changedAt.toISOString(),
    ClientSecrets: secrets.map((one) => ({
      Description: one.description,
      Value: one.clear,
      Expiration: one.expiresAt?.toISOString(),
      Type: one.type,
      Hint: one.hint,
    })),
    AllowedScopes: settings.allowedScopes,
    AccessTokenLifetime: settings.accessTokenLifetimeSeconds,
    AbsoluteRefreshTokenLifetime: settings.absoluteRefreshTokenLifetimeSeconds,
    SlidingRefreshTokenLifetime: settings.slidingRefreshTokenLifetimeSeconds,
    RefreshTokenUsage: settings.refreshTokenUsage,
    UpdateAccessTokenClaimsOnRefresh: settings.updateClaimsOnRefresh,
    RefreshTokenExpiration: settings.refreshTokenExpiration,
    AccessTokenType: settings.accessTokenType,
    Claims: settings.claims,
    AllowedCorsOrigins: settings.corsOrigins,
    IdentityTokenLifetime: settings.identityTokenLifetimeSeconds,
    AlwaysSendClientClaims: settings.alwaysSendClientClaims,
  };
}

export function listItemView(client: ListedClient): OauthClientListItemResponse {
  return {
    ClientId: client.id,
    Enabled: client.enabled,
    ClientName: client.name,
    AccountId: client.accountId,
    Created: client.createdAt.toISOString(),
    LastChanged: client.changedAt.toISOString(),
  };
}
