import { hash } from 'node:crypto';
import { SeglError } from '../errors/segl-error.ts';

type Headers = Record<string, string | string[] | undefined>;

/** A strong entity tag (RFC 9110 §8.8.3) of a JSON resource: equal exactly when the answer is. */
export function entityTag(resource: unknown): string {
  return `"${hash('sha256', JSON.stringify(resource), 'base64url')}"`;
}

/**
 * For `If-Match` (RFC 9110 §13.1.1, strong comparison); without it nothing is asked. Call it with the tag of what is
 * read under the row lock of the change. Throws 422 `resource_changed` when the caller has seen another state.
 */
export function requireUnchanged(etag: string, headers: Headers): void {
  const wanted = headers['if-match'];
  if (wanted === undefined || listed(wanted).some((tag) => tag === '*' || tag === etag)) return;
  throw new SeglError(422, 'resource_changed', 'The resource was changed since it was read.');
}

/** Whether `If-None-Match` (RFC 9110 §13.1.2, weak comparison) says that the caller has this state already. */
export function alreadyKnown(etag: string, headers: Headers): boolean {
  const known = headers['if-none-match'];
  return known !== undefined && listed(known).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

function listed(header: string | string[]): string[] {
  return [header].flat().flatMap((value) => value.split(',').map((tag) => tag.trim()));
}
