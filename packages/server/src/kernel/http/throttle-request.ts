import type { FastifyReply, FastifyRequest } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';
import { addressKey } from './client-address.ts';
import type { Charge, ThrottleVerdict, Throttling } from './throttle.ts';
import type { BucketName } from './throttle-sizes.ts';

declare module 'fastify' {
  interface FastifyInstance {
    throttling: Throttling;
  }
  interface FastifyRequest {
    /** Filling of the bucket that the answer's headers describe. */
    shownLevel: number;
  }
  interface FastifyContextConfig {
    /** Bucket that a request to this address takes from, per IP address. */
    throttle?: BucketName;
  }
}

/**
 * Takes a request out of all buckets that it counts for, and shows the one closest to exhaustion in the answer's headers.
 * Throws 429 `too_many_requests`.
 */
export function chargeRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  ...charges: readonly [Charge, ...Charge[]]
): void {
  const verdict = request.server.throttling.take(...charges);
  if (verdict.level < request.shownLevel) {
    request.shownLevel = verdict.level;
    reply.headers(rateLimitHeaders(verdict));
  }
  if (!verdict.allowed) {
    throw new SeglError(429, 'too_many_requests', 'Too many requests: wait as long as Retry-After says.', {
      retryAfterSeconds: verdict.retryAfterSeconds,
    });
  }
}

/** Charges a request to the IP address that it came from. */
export function chargeAddress(request: FastifyRequest, reply: FastifyReply, bucket: BucketName): void {
  chargeRequest(request, reply, [bucket, addressKey(request.ip)]);
}

/** Until a request is charged, its answer says what its address may still do without a token. */
export function showAnonymousBucket(request: FastifyRequest, reply: FastifyReply): void {
  request.shownLevel = Number.POSITIVE_INFINITY;
  reply.headers(rateLimitHeaders(request.server.throttling.look('anonymous', addressKey(request.ip))));
}

export function rateLimitHeaders(verdict: ThrottleVerdict): Record<string, string> {
  return {
    'ratelimit-limit': String(verdict.limit),
    'ratelimit-remaining': String(verdict.remaining),
    'ratelimit-reset': String(verdict.resetSeconds),
  };
}
