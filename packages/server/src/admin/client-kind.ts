import type { OperationContext } from '../kernel/http/route.ts';
import { DEFAULT_SETTINGS, settingsAfter } from './client-input.ts';
import type { ClientSettings, StoredClient } from './client-store.ts';
import { clientView, openIdClientView } from './client-view.ts';
import type {
  CreateOauthAPIClientRequest,
  OauthAPIClientResponse,
  UpdateOauthAPIClientRequest,
} from './contract/oauth-client.ts';
import type {
  CreateOpenIdClientRequest,
  OpenIdClientResponse,
  UpdateOpenIdClientRequest,
} from './contract/openid-client.ts';
import { requireGrantable, requireHeld } from './grant-scopes.ts';
import { DEFAULT_OPENID_SETTINGS, openIdSettingsAfter } from './openid-input.ts';
import type { PlannedSecret } from './secret-list.ts';

export type KindName = 'api' | 'openid';

/** What is different about the administration of one kind of clients. */
export interface ClientKind<Request = CreateClientRequest> {
  name: KindName;
  /** Begins the actions of the audit log. */
  audited: 'oauth_client' | 'openid_client';
  settingsOf(body: Request): ClientSettings;
  settingsAfter(body: Request, before: ClientSettings): ClientSettings;
  view(
    client: Omit<StoredClient, 'secrets'>,
    secrets: readonly PlannedSecret[],
  ): OauthAPIClientResponse | OpenIdClientResponse;
  /** Throws 403 `forbidden` for scopes that the caller may not give. */
  requireGrantable(context: OperationContext, scopes: readonly string[]): void;
  /** Throws 403 `forbidden` when a secret of a client with these scopes would give the caller more than it has. */
  requireHeld(context: OperationContext, scopes: readonly string[]): void;
}

export type CreateClientRequest = CreateOauthAPIClientRequest | CreateOpenIdClientRequest;
export type UpdateClientRequest = UpdateOauthAPIClientRequest | UpdateOpenIdClientRequest;

/** Clients that call the API. */
export const API_CLIENTS: ClientKind<CreateOauthAPIClientRequest | UpdateOauthAPIClientRequest> = {
  name: 'api',
  audited: 'oauth_client',
  settingsOf: (body) => settingsAfter(body, DEFAULT_SETTINGS),
  settingsAfter,
  view: clientView,
  requireGrantable,
  requireHeld,
};

/** Clients that log end users in. Their scopes are the users' to give, and callers of the API have none of them. */
export const OPENID_CLIENTS: ClientKind<CreateOpenIdClientRequest | UpdateOpenIdClientRequest> = {
  name: 'openid',
  audited: 'openid_client',
  settingsOf: (body) => openIdSettingsAfter(body, DEFAULT_OPENID_SETTINGS, false),
  settingsAfter: (body, before) => openIdSettingsAfter(body, before, true),
  view: openIdClientView,
  requireGrantable: () => undefined,
  requireHeld: () => undefined,
};
