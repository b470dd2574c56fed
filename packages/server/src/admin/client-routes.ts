import Type, { type TSchema } from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import { API_CLIENTS, type ClientKind, OPENID_CLIENTS } from './client-kind.ts';
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
import {
  CreateOpenIdClientRequest,
  OpenIdClientResponse,
  UpdateOpenIdClientRequest,
} from './contract/openid-client.ts';
import { OPENID_EXAMPLES } from './contract/openid-examples.ts';
import { createClient } from './create-client.ts';
import { getClient, listClients } from './get-client.ts';
import { deleteClient, switchClient } from './switch-client.ts';
import { updateClient } from './update-client.ts';

export function clientRoutes(deps: AdminDeps): RouteDefinition[] {
  return [
    ...routesOf(deps, API_CLIENTS, {
      path: '/admin/oauthclient',
      scope: 'oauth_write',
      operation: 'OauthClient',
      list: 'ListOauthClients',
      name: 'OAuth client',
      disabled: 'The client gets no tokens, and those that it has end within a minute.',
      schemas: {
        create: CreateOauthAPIClientRequest,
        update: UpdateOauthAPIClientRequest,
        answer: OauthAPIClientResponse,
      },
      examples: EXAMPLES,
    }),
    ...routesOf(deps, OPENID_CLIENTS, {
      path: '/admin/openid',
      scope: 'openid_write',
      operation: 'OpenidClient',
      list: 'ListOpenidClientsForAccount',
      name: 'OpenID client',
      disabled: 'The client logs nobody in.',
      schemas: { create: CreateOpenIdClientRequest, update: UpdateOpenIdClientRequest, answer: OpenIdClientResponse },
      examples: OPENID_EXAMPLES,
    }),
  ];
}

/** The same operations on each kind of clients. */
function routesOf(
  deps: AdminDeps,
  // biome-ignore lint/suspicious/noExplicitAny: the schemas beside it say what its requests are
  kind: ClientKind<any>,
  words: {
    path: string;
    scope: string;
    operation: string;
    list: string;
    name: string;
    disabled: string;
    schemas: { create: TSchema; update: TSchema; answer: TSchema };
    examples: Record<'create' | 'update' | 'get', { request?: unknown; answer: unknown }>;
  },
): RouteDefinition[] {
  const { path, operation, name, schemas } = words;
  const examples = { ...EXAMPLES, ...words.examples };
  const clients = {
    tags: ['Admin'] as [string],
    scope: [words.scope, 'dealer', 'root'],
    naming: 'pascal' as const,
  };
  return [
    {
      ...clients,
      method: 'POST',
      path,
      operationId: `Create${operation}`,
      summary: `Create ${name}`,
      description: 'A secret that is generated is in this answer and in no other.',
      example: examples.create,
      body: schemas.create,
      responses: { 200: schemas.answer },
      handle: (context, input) => createClient(deps, kind, context, input),
    },
    {
      ...clients,
      method: 'PUT',
      path,
      operationId: `Update${operation}`,
      summary: `Update ${name}`,
      description:
        'Replaces the settings that are sent. Secrets are the complete list: an entry that is left out ends.',
      example: examples.update,
      body: schemas.update,
      responses: { 200: schemas.answer },
      handle: (context, input) => updateClient(deps, kind, context, input),
    },
    {
      ...clients,
      method: 'GET',
      path: `${path}/list`,
      operationId: words.list,
      summary: `List ${name}s`,
      description: `${name.replace('OAuth', 'API')}s of the account and environment, newest first.`,
      example: EXAMPLES.list,
      query: AccountQuery,
      responses: { 200: Type.Array(OauthClientListItemResponse) },
      handle: (context, input) => listClients(deps, kind, context, input),
    },
    {
      ...clients,
      method: 'PUT',
      path: `${path}/enable`,
      operationId: `Enable${operation}`,
      summary: `Enable ${name}`,
      description: 'The client may be used again.',
      example: EXAMPLES.switch,
      body: OauthClientId,
      responses: { 200: Type.Object({}) },
      handle: (context, input) => switchClient(deps, kind, context, input, true),
    },
    {
      ...clients,
      method: 'PUT',
      path: `${path}/disable`,
      operationId: `Disable${operation}`,
      summary: `Disable ${name}`,
      description: words.disabled,
      example: EXAMPLES.switch,
      body: OauthClientId,
      responses: { 200: Type.Object({}) },
      handle: (context, input) => switchClient(deps, kind, context, input, false),
    },
    {
      ...clients,
      method: 'GET',
      path: `${path}/{clientId}`,
      operationId: `Retrieve${operation}`,
      summary: `Retrieve ${name}`,
      description: 'Secrets are shown by their description and last characters.',
      example: examples.get,
      params: ClientParams,
      query: AccountQuery,
      responses: { 200: schemas.answer },
      handle: (context, input) => getClient(deps, kind, context, input),
    },
    {
      ...clients,
      method: 'DELETE',
      path: `${path}/{clientId}`,
      operationId: `Delete${operation}`,
      summary: `Delete ${name}`,
      description: 'Deleted for good, and what it was given ends within a minute.',
      params: ClientParams,
      query: AccountQuery,
      responses: { 204: null },
      contractStatus: 200,
      handle: (context, input) => deleteClient(deps, kind, context, input),
    },
  ];
}
