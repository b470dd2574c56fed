import type { FastifyReply } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';

/** Announces the end of an operation. Dates are ISO 8601. */
export interface Deprecation {
  /** Since when the operation should not be used any more. */
  since: string;
  /** When it stops answering; at least twelve months after the announcement. */
  sunset: string;
  /** Absolute URL of a page that says what to do. */
  link: string;
  /** What to call instead: `POST /signature/documents`. */
  successor: string;
}

/**
 * What a deprecated operation adds to each of its answers: `Deprecation` (RFC 9745 §2.1), `Sunset` (RFC 8594 §3) and the
 * link relations of both. From the sunset on it throws 404 `route_not_found`, as if the operation had gone.
 */
export function announceDeprecation(deprecation: Deprecation, now: Date, reply: FastifyReply): void {
  const sunset = new Date(deprecation.sunset);
  if (now >= sunset) {
    throw new SeglError(404, 'route_not_found', `This address is not in use any more: call ${deprecation.successor}.`);
  }
  reply.headers({
    deprecation: `@${Math.floor(Date.parse(deprecation.since) / 1000)}`,
    sunset: sunset.toUTCString(),
    link: `<${deprecation.link}>; rel="deprecation"; type="text/html"`,
  });
}

/** The same, for whoever reads the contract. */
export function deprecationInContract(deprecation: Deprecation | undefined): Record<string, unknown> {
  if (!deprecation) return {};
  return {
    deprecated: true,
    'x-sunset': new Date(deprecation.sunset).toISOString(),
    externalDocs: { url: deprecation.link, description: `Use ${deprecation.successor} instead.` },
  };
}
