import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';

/** What `dealer` stands for in the accounts that it reaches. */
const COVERED_BY_DEALER = new Set([
  'dealer_read',
  'account_read',
  'account_write',
  'oauth_write',
  'openid_write',
  'invoice',
]);

function holds(context: OperationContext, scope: string): boolean {
  const { scopes } = context;
  return scopes.has('root') || scopes.has(scope) || (scopes.has('dealer') && COVERED_BY_DEALER.has(scope));
}

/**
 * Whether the caller may give somebody these scopes: those that its own token has or stands for, or any for `root`. The
 * operator's scope itself can not be given through the API. Throws 403 `forbidden` with the names.
 */
export function requireGrantable(context: OperationContext, scopes: readonly string[]): void {
  const refused = scopes.filter((one) => one === 'root' || !holds(context, one));
  if (refused.length === 0) return;
  throw new SeglError(403, 'forbidden', `The token of this call may not grant: ${refused.join(' ')}.`);
}

/**
 * A new secret is a way to all tokens of the client, so that nobody may add one to a client that may do more than the
 * caller. Throws 403 `forbidden` with the names.
 */
export function requireHeld(context: OperationContext, scopes: readonly string[]): void {
  const missing = scopes.filter((one) => !holds(context, one));
  if (missing.length === 0) return;
  throw new SeglError(
    403,
    'forbidden',
    `The client may do more than the token of this call, which lacks: ${missing.join(' ')}.`,
  );
}
