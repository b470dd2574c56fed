import { canonicalScope } from '../admin/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';

/**
 * The scopes to grant. Nothing asked for: all that the client may have. Names are split at blanks, commas and line
 * breaks, aliases mapped, duplicates merged. One name that the client may not have: 400 `invalid_scope`, no partial grant.
 */
export function grantedScopes(asked: string | undefined, allowed: readonly string[]): string[] {
  const names = (asked ?? '').split(/[\s,]+/).filter(Boolean);
  if (names.length === 0) return [...allowed];
  const canonical = [...new Set(names.map(canonicalScope))];
  const refused = canonical.filter((name) => !allowed.includes(name));
  if (refused.length > 0) {
    throw new SeglError(400, 'invalid_scope', `Unknown or not granted to this client: ${refused.join(' ')}.`);
  }
  return canonical;
}
