import type { FastifyRequest } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';
import type { Environment } from '../events/events.ts';

/** CRL, OCSP and time-stamp clients want http; health probes come from inside. */
const PLAIN_HTTP = /^\/(trust|health)(\/|$)/;

/**
 * Production is reached over https only, behind a trusted proxy or directly. Throws 403 `https_required`: refused, never
 * redirected, because a redirect would hide that a token has been sent in the clear.
 */
export function requireHttps(request: FastifyRequest, environment: Environment): void {
  if (environment !== 'prod' || request.protocol === 'https') return;
  throw httpsRequired();
}

/** For an instance that takes no plain http in the test environment either. */
export function requireHttpsEverywhere(request: FastifyRequest): void {
  if (request.protocol === 'https' || PLAIN_HTTP.test(request.routeOptions.url ?? '')) return;
  throw httpsRequired();
}

function httpsRequired(): SeglError {
  const message = 'Use https: this request and its token went over the network in the clear.';
  return new SeglError(403, 'https_required', message);
}
