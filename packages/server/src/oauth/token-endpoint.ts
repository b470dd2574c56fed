import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admin, ClientRecord } from '../admin/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { namePrincipal } from '../kernel/http/http-server.ts';
import type { Log } from '../kernel/log/log.ts';
import type { AccessTokens } from './access-token.ts';
import { invalidClient, readClientCredentials } from './client-credentials.ts';
import type { LockOut } from './lock-out.ts';
import { oauthErrorBody } from './oauth-error.ts';
import { grantedScopes } from './scopes.ts';
import { readForm } from './token-request.ts';

export interface OAuthDeps {
  admin: Admin;
  tokens: AccessTokens;
  lockOut: LockOut;
  log: Log;
  publicUrl: string;
}

const TOKEN_PATHS = ['/oauth/connect/token', '/connect/token'];
const JWKS_PATHS = [
  '/oauth/.well-known/jwks',
  '/.well-known/jwks',
  '/oauth/.well-known/jwks.json',
  '/.well-known/jwks.json',
];
const DISCOVERY_PATHS = [
  '/oauth/.well-known/openid-configuration',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];

/** The token endpoint for API clients (RFC 6749 §4.4), the public keys and the discovery document. */
export async function registerOAuth(app: FastifyInstance, deps: OAuthDeps): Promise<void> {
  await app.register(async (scope) => {
    // Here, and only here, a body is a form.
    await scope.register(formbody, { parser: (body) => ({ raw: body }) });
    for (const url of TOKEN_PATHS) {
      scope.post(url, { config: { template: url, renderError: oauthErrorBody } }, async (request, reply) => {
        const form = formOf(request);
        const grant = form.get('grant_type');
        if (grant === undefined) throw new SeglError(400, 'invalid_request', 'The parameter grant_type is missing.');
        if (grant !== 'client_credentials') {
          throw new SeglError(400, 'unsupported_grant_type', 'The grant type must be client_credentials.');
        }
        const client = await authenticateClient(deps, request, form);
        namePrincipal(request, reply, {
          clientId: client.id,
          accountId: client.accountId,
          environment: client.environment,
          scopes: new Set(),
        });
        const issued = await deps.tokens.issue(client, grantedScopes(form.get('scope'), client.allowedScopes));
        return reply.headers({ pragma: 'no-cache', 'content-type': 'application/json; charset=utf-8' }).send({
          access_token: issued.accessToken,
          expires_in: issued.expiresInSeconds,
          token_type: 'Bearer',
          scope: issued.scope,
        });
      });
      app.route({
        method: ['GET', 'PUT', 'PATCH', 'DELETE'],
        url,
        exposeHeadRoute: false,
        config: { template: url, renderError: oauthErrorBody },
        onRequest: async (_request, reply) => {
          reply.header('allow', 'POST');
          throw new SeglError(405, 'method_not_allowed', 'The token endpoint answers POST.');
        },
        handler: async () => undefined,
      });
    }
  });

  for (const url of JWKS_PATHS) {
    app.get(url, { config: { template: url } }, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').send(await deps.tokens.jwks()),
    );
  }
  for (const url of DISCOVERY_PATHS) {
    app.get(url, { config: { template: url } }, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').send(discoveryDocument(deps)),
    );
  }
}

function formOf(request: FastifyRequest): Map<string, string> {
  const raw = (request.body as { raw?: unknown } | undefined)?.raw;
  if (typeof raw !== 'string') {
    throw new SeglError(400, 'invalid_request', 'Send the parameters as application/x-www-form-urlencoded.');
  }
  return readForm(raw);
}

/** The caller's client. Unknown client, wrong secret and disabled client are told apart in the log only. */
async function authenticateClient(
  deps: OAuthDeps,
  request: FastifyRequest,
  form: ReadonlyMap<string, string>,
): Promise<ClientRecord> {
  const credentials = readClientCredentials({
    authorization: request.headers.authorization,
    form,
    query: request.query as Record<string, unknown>,
  });
  const attempt = { clientId: credentials.clientId, address: request.ip };
  deps.lockOut.requireOpen(attempt);
  const client = await deps.admin.findClient(credentials.clientId);
  const reason = refusalReason(deps.admin, client, credentials.secrets);
  if (client && reason === undefined) return client;
  deps.log.warn({ requestId: request.id, clientId: client?.id ?? 'unknown', reason }, 'client authentication failed');
  await deps.lockOut.recordFailure({ ...attempt, reason: reason ?? '', requestId: request.id });
  throw invalidClient();
}

function refusalReason(admin: Admin, client: ClientRecord | undefined, secrets: readonly string[]): string | undefined {
  if (!client) return 'unknown client';
  if (!secrets.some((secret) => admin.secretMatches(client, secret))) return 'wrong or expired secret';
  if (client.disabled) return 'client disabled';
  if (client.accountDisabled) return 'account disabled';
  return undefined;
}

function discoveryDocument(deps: OAuthDeps): Record<string, unknown> {
  const base = deps.publicUrl;
  return {
    issuer: `${base}/oauth`,
    token_endpoint: `${base}/oauth/connect/token`,
    jwks_uri: `${base}/oauth/.well-known/jwks`,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}
