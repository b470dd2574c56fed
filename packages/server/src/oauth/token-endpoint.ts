import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admin, ClientRecord } from '../admin/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { namePrincipal } from '../kernel/http/http-server.ts';
import { answerWrongVerbs } from '../kernel/http/register-routes.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import { chargeRequest } from '../kernel/http/throttle-request.ts';
import type { Log } from '../kernel/log/log.ts';
import type { AccessTokens } from './access-token.ts';
import { invalidClient, readClientCredentials } from './client-credentials.ts';
import type { LockOut } from './lock-out.ts';
import { oauthErrorBody } from './oauth-error.ts';
import { API_SCOPES, grantedScopes } from './scopes.ts';
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
  '/oauth/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server',
  // Where RFC 8414 §3.1 puts the document of an issuer that has a path.
  '/.well-known/oauth-authorization-server/oauth',
];
const MAX_FORM_BYTES = 64 * 1024;

/** The token endpoint for API clients (RFC 6749 §4.4), the public keys and the discovery document. */
export async function registerOAuth(app: FastifyInstance, deps: OAuthDeps): Promise<void> {
  await app.register(async (scope) => {
    // Here, and only here, a body is a form. Other types are as good as no form.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null, null));
    for (const url of TOKEN_PATHS) {
      scope.post(url, { config: { template: url, renderError: oauthErrorBody } }, async (request, reply) => {
        refuseSecretInAddress(deps, request);
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
        requireHttps(request, client.environment);
        chargeRequest(request, reply, ['token', client.id], ['account', client.accountId]);
        const issued = await deps.tokens.issue(client, grantedScopes(form.get('scope'), client.allowedScopes));
        return reply.headers({ pragma: 'no-cache', 'content-type': 'application/json; charset=utf-8' }).send({
          access_token: issued.accessToken,
          expires_in: issued.expiresInSeconds,
          token_type: 'Bearer',
          scope: issued.scope,
        });
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
  answerWrongVerbs(
    app,
    TOKEN_PATHS.map((path) => ({ method: 'POST', path })),
    oauthErrorBody,
  );
  answerWrongVerbs(
    app,
    [...JWKS_PATHS, ...DISCOVERY_PATHS].map((path) => ({ method: 'GET', path })),
  );
}

/** Addresses end up in logs of proxies and in histories, so a secret in one is as good as published. */
function refuseSecretInAddress(deps: OAuthDeps, request: FastifyRequest): void {
  const names = Object.keys(request.query as object).map((name) => name.toLowerCase());
  if (!names.includes('client_secret')) return;
  deps.log.warn({ requestId: request.id }, 'a client secret was sent in the address of a token request');
  throw new SeglError(400, 'invalid_request', 'The client secret must not be in the address.');
}

function formOf(request: FastifyRequest): Map<string, string> {
  if (typeof request.body !== 'string') {
    throw new SeglError(400, 'invalid_request', 'Send the parameters as application/x-www-form-urlencoded.');
  }
  return readForm(request.body);
}

/** The caller's client. Unknown client, wrong secret and disabled client are told apart in the log only. */
async function authenticateClient(
  deps: OAuthDeps,
  request: FastifyRequest,
  form: ReadonlyMap<string, string>,
): Promise<ClientRecord> {
  const credentials = readClientCredentials({ authorization: request.headers.authorization, form });
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
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    scopes_supported: API_SCOPES,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}
