import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClientRecord } from '../admin/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { authorizationHeaders } from '../kernel/http/authorization-header.ts';
import { namePrincipal } from '../kernel/http/http-server.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import { checkAssertion } from './client-assertion.ts';
import { type ClientCredentials, invalidClient, readClientCredentials } from './client-credentials.ts';
import type { OAuthDeps } from './oauth-deps.ts';
import { INTROSPECTION_PATHS, REVOCATION_PATHS, TOKEN_PATHS } from './paths.ts';

export interface AuthenticatedClient {
  client: ClientRecord;
  /** The entry of the client that it proved itself with. */
  secretId: string;
}

/** Parameters that are as good as published when they are in an address, which logs and histories keep. */
const NEVER_IN_ADDRESS = new Set(['client_secret', 'client_assertion', 'token']);

/** Addresses end up in logs of proxies and in histories, so a secret in one is as good as published. */
export function refuseSecretInAddress(deps: OAuthDeps, request: FastifyRequest): void {
  const found = Object.keys(request.query as object).find((name) => NEVER_IN_ADDRESS.has(name.toLowerCase()));
  if (found === undefined) return;
  deps.log.warn({ requestId: request.id }, 'a client secret was sent in the address of a token request');
  throw new SeglError(400, 'invalid_request', 'No client secret, assertion or token may be in the address.');
}

/**
 * The caller's client, for the answer's headers too. Unknown client, wrong secret and disabled client are told apart in
 * the log only. Throws 400 `invalid_request`, 401 `invalid_client`, 403 `https_required`, 429 `too_many_requests`.
 */
export async function authenticateClient(
  deps: OAuthDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  form: ReadonlyMap<string, string>,
): Promise<AuthenticatedClient> {
  const credentials = readClientCredentials({
    authorization: authorizationHeaders(request.raw),
    form,
  });
  const attempt = { clientId: credentials.clientId, address: request.ip };
  deps.lockOut.requireOpen(attempt);
  const client = await deps.admin.findClient(credentials.clientId);
  const verdict = await judge(deps, client, credentials);
  if (!client || 'reason' in verdict) {
    const reason = 'reason' in verdict ? verdict.reason : 'unknown client';
    deps.log.warn({ requestId: request.id, clientId: client?.id ?? 'unknown', reason }, 'client authentication failed');
    await deps.lockOut.recordFailure({ ...attempt, reason, requestId: request.id });
    throw invalidClient();
  }
  const { accountId, environment } = client;
  namePrincipal(request, reply, { clientId: client.id, accountId, environment, scopes: new Set() });
  requireHttps(request, environment);
  return { client, secretId: verdict.secretId };
}

async function judge(
  deps: OAuthDeps,
  client: ClientRecord | undefined,
  credentials: ClientCredentials,
): Promise<{ secretId: string } | { reason: string }> {
  if (!client) return { reason: 'unknown client' };
  const proof =
    'assertion' in credentials
      ? await checkAssertion({ ...deps, audiences: audiences(deps.publicUrl) }, client, credentials.assertion)
      : findSecret(deps, client, credentials.secrets);
  if ('reason' in proof) return proof;
  if (client.disabled) return { reason: 'client disabled' };
  if (client.accountDisabled) return { reason: 'account disabled' };
  return proof;
}

function findSecret(
  deps: OAuthDeps,
  client: ClientRecord,
  secrets: readonly string[],
): { secretId: string } | { reason: string } {
  for (const secret of secrets) {
    const found = deps.admin.findSecret(client, secret);
    if (found) return { secretId: found.id };
  }
  return { reason: 'wrong or expired secret' };
}

function audiences(publicUrl: string): string[] {
  const endpoints = [...TOKEN_PATHS, ...REVOCATION_PATHS, ...INTROSPECTION_PATHS];
  return [`${publicUrl}/oauth`, ...endpoints.map((path) => publicUrl + path)];
}
