import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_SCOPES, type ClientRecord } from '../admin/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { answerWrongVerbs } from '../kernel/http/register-routes.ts';
import { chargeRequest } from '../kernel/http/throttle-request.ts';
import { authenticateClient, refuseSecretInAddress } from './authenticate-client.ts';
import { ASSERTION_ALGORITHMS } from './client-assertion.ts';
import type { OAuthDeps } from './oauth-deps.ts';
import { oauthErrorBody } from './oauth-error.ts';
import { DISCOVERY_PATHS, INTROSPECTION_PATHS, JWKS_PATHS, REVOCATION_PATHS, TOKEN_PATHS } from './paths.ts';
import { grantedScopes } from './scopes.ts';
import { readForm } from './token-request.ts';

export type { OAuthDeps } from './oauth-deps.ts';

const MAX_FORM_BYTES = 64 * 1024;

type Answer = (deps: OAuthDeps, call: FormCall) => Promise<object | undefined>;

interface FormCall {
  request: FastifyRequest;
  reply: FastifyReply;
  form: ReadonlyMap<string, string>;
}

/**
 * Tokens for API clients (RFC 6749 §4.4), their revocation (RFC 7009) and introspection (RFC 7662), the public keys and
 * the discovery document (RFC 8414).
 */
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
    postForms(scope, deps, TOKEN_PATHS, issueToken);
    postForms(scope, deps, REVOCATION_PATHS, revokeToken);
    postForms(scope, deps, INTROSPECTION_PATHS, introspectToken);
  });
  getDocuments(app, JWKS_PATHS, () => deps.tokens.jwks());
  const metadata = discoveryDocument(deps);
  getDocuments(app, DISCOVERY_PATHS, () => metadata);
}

function postForms(app: FastifyInstance, deps: OAuthDeps, paths: readonly string[], answer: Answer): void {
  for (const url of paths) {
    app.post(url, { config: { template: url, renderError: oauthErrorBody } }, async (request, reply) => {
      refuseSecretInAddress(deps, request);
      const body = await answer(deps, { request, reply, form: formOf(request) });
      reply.header('pragma', 'no-cache');
      if (!body) return reply.send();
      return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
    });
  }
  answerWrongVerbs(
    app,
    paths.map((path) => ({ method: 'POST', path })),
    oauthErrorBody,
  );
}

function getDocuments(app: FastifyInstance, paths: readonly string[], document: () => object): void {
  for (const url of paths) {
    app.get(url, { config: { template: url } }, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').send(document()),
    );
  }
  answerWrongVerbs(
    app,
    paths.map((path) => ({ method: 'GET', path })),
  );
}

function formOf(request: FastifyRequest): Map<string, string> {
  if (typeof request.body !== 'string') {
    throw new SeglError(400, 'invalid_request', 'Send the parameters as application/x-www-form-urlencoded.');
  }
  return readForm(request.body);
}

async function issueToken(deps: OAuthDeps, { request, reply, form }: FormCall): Promise<object> {
  const grant = form.get('grant_type');
  if (grant === undefined) throw new SeglError(400, 'invalid_request', 'The parameter grant_type is missing.');
  if (grant !== 'client_credentials') {
    throw new SeglError(400, 'unsupported_grant_type', 'The grant type must be client_credentials.');
  }
  const { client, secretId } = await authenticateClient(deps, request, reply, form);
  chargeRequest(request, reply, ['token', client.id], ['account', client.accountId]);
  if (!mayActForItself(client)) {
    throw new SeglError(400, 'unauthorized_client', 'The client may log users in, and get no tokens for itself.');
  }
  const issued = await deps.tokens.issue(client, grantedScopes(form.get('scope'), client.allowedScopes), secretId);
  deps.admin.noteUse(client.id, request.ip);
  return {
    access_token: issued.accessToken,
    expires_in: issued.expiresInSeconds,
    token_type: 'Bearer',
    scope: issued.scope,
  };
}

/** Those that call the API, and of those for logins the ones that are set to this grant. */
function mayActForItself({ openid }: ClientRecord): boolean {
  return !openid || openid.flow === 'ClientCredentials' || openid.allowClientCredentialsOnly;
}

/** RFC 7009 §2.2: an unknown token is as good as a revoked one, and that of another client is unknown. */
async function revokeToken(deps: OAuthDeps, { request, reply, form }: FormCall): Promise<undefined> {
  const { client } = await authenticateClient(deps, request, reply, form);
  chargeRequest(request, reply, ['client', client.id], ['account', client.accountId]);
  await deps.tokens.revoke(tokenOf(form), client.id);
}

/** RFC 7662 §2.2: for clients of the token's own account and environment, and for the operator's. */
async function introspectToken(deps: OAuthDeps, { request, reply, form }: FormCall): Promise<object> {
  const { client } = await authenticateClient(deps, request, reply, form);
  chargeRequest(request, reply, ['client', client.id], ['account', client.accountId]);
  const info = await deps.tokens.inspect(tokenOf(form));
  const mayKnow =
    info &&
    ((info.account_id === client.accountId && info.environment === client.environment) ||
      client.allowedScopes.includes('root'));
  return mayKnow ? { active: true, token_type: 'Bearer', ...info } : { active: false };
}

function tokenOf(form: ReadonlyMap<string, string>): string {
  const token = form.get('token');
  if (!token) throw new SeglError(400, 'invalid_request', 'The parameter token is missing.');
  return token;
}

function discoveryDocument({ publicUrl }: OAuthDeps): Record<string, unknown> {
  const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
  return {
    issuer: `${publicUrl}/oauth`,
    token_endpoint: publicUrl + TOKEN_PATHS[0],
    revocation_endpoint: publicUrl + REVOCATION_PATHS[0],
    introspection_endpoint: publicUrl + INTROSPECTION_PATHS[0],
    jwks_uri: publicUrl + JWKS_PATHS[0],
    service_documentation: `${publicUrl}/docs`,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    scopes_supported: API_SCOPES,
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  };
}
