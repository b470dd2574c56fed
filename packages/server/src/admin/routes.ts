import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import { EXAMPLES } from './contract/examples.ts';
import {
  AccountQuery,
  ClientParams,
  CreateOauthAPIClientRequest,
  OauthAPIClientResponse,
  OauthClientId,
  OauthClientListItemResponse,
  UpdateOauthAPIClientRequest,
} from './contract/oauth-client.ts';
import { createClient } from './create-client.ts';
import { getClient, listClients } from './get-client.ts';
import { deleteClient, switchClient } from './switch-client.ts';
import { updateClient } from './update-client.ts';

const Nothing = Type.Object({});

export function adminRoutes(deps: AdminDeps): RouteDefinition[] {
  const clients = {
    tags: ['Admin'] as [string],
    scope: ['oauth_write', 'dealer', 'root'],
    naming: 'pascal' as const,
  };
  return [
    {
      ...clients,
      method: 'POST',
      path: '/admin/oauthclient',
      operationId: 'CreateOauthClient',
      summary: 'Create OAuth client',
      description: 'A secret that is generated is in this answer and in no other.',
      example: EXAMPLES.create,
      body: CreateOauthAPIClientRequest,
      responses: { 200: OauthAPIClientResponse },
      handle: (context, input) => createClient(deps, context, input),
    },
    {
      ...clients,
      method: 'PUT',
      path: '/admin/oauthclient',
      operationId: 'UpdateOauthClient',
      summary: 'Update OAuth client',
      description:
        'Replaces the settings that are sent. Secrets are the complete list: an entry that is left out ends.',
      example: EXAMPLES.update,
      body: UpdateOauthAPIClientRequest,
      responses: { 200: OauthAPIClientResponse },
      handle: (context, input) => updateClient(deps, context, input),
    },
    {
      ...clients,
      method: 'GET',
      path: '/admin/oauthclient/list',
      operationId: 'ListOauthClients',
      summary: 'List OAuth clients',
      description: 'API clients of the account and environment, newest first.',
      example: EXAMPLES.list,
      query: AccountQuery,
      responses: { 200: Type.Array(OauthClientListItemResponse) },
      handle: (context, input) => listClients(deps, context, input),
    },
    {
      ...clients,
      method: 'PUT',
      path: '/admin/oauthclient/enable',
      operationId: 'EnableOauthClient',
      summary: 'Enable OAuth client',
      description: 'The client may get tokens again.',
      example: EXAMPLES.switch,
      body: OauthClientId,
      responses: { 200: Nothing },
      handle: (context, input) => switchClient(deps, context, input, true),
    },
    {
      ...clients,
      method: 'PUT',
      path: '/admin/oauthclient/disable',
      operationId: 'DisableOauthClient',
      summary: 'Disable OAuth client',
      description: 'The client gets no tokens, and those that it has end within a minute.',
      example: EXAMPLES.switch,
      body: OauthClientId,
      responses: { 200: Nothing },
      handle: (context, input) => switchClient(deps, context, input, false),
    },
    {
      ...clients,
      method: 'GET',
      path: '/admin/oauthclient/{clientId}',
      operationId: 'RetrieveOauthClient',
      summary: 'Retrieve OAuth client',
      description: 'Secrets are shown by their description and last characters.',
      example: EXAMPLES.get,
      params: ClientParams,
      query: AccountQuery,
      responses: { 200: OauthAPIClientResponse },
      handle: (context, input) => getClient(deps, context, input),
    },
    {
      ...clients,
      method: 'DELETE',
      path: '/admin/oauthclient/{clientId}',
      operationId: 'DeleteOauthClient',
      summary: 'Delete OAuth client',
      description: 'Its tokens end within a minute.',
      params: ClientParams,
      query: AccountQuery,
      responses: { 204: null },
      contractStatus: 200,
      handle: (context, input) => deleteClient(deps, context, input),
    },
  ];
}
