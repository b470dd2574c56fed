import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext } from '../kernel/http/route.ts';

/**
 * Whether the caller may give somebody these scopes: those that its own token has, or any for `root`. The operator's
 * scope itself can not be given through the API. Throws 403 `forbidden` with the names.
 */
export function requireGrantable(context: OperationContext, scopes: readonly string[]): void {
  const refused = scopes.filter((one) => one === 'root' || !(context.scopes.has('root') || context.scopes.has(one)));
  if (refused.length === 0) return;
  throw new SeglError(403, 'forbidden', `The token of this call may not grant: ${refused.join(' ')}.`);
}

/**
 * A new secret is a way to all tokens of the client, so that nobody may add one to a client that may do more than the
 * caller. Throws 403 `forbidden` with the names.
 */
export function requireHeld(context: OperationContext, scopes: readonly string[]): void {
  if (context.scopes.has('root')) return;
  const missing = scopes.filter((one) => !context.scopes.has(one));
  if (missing.length === 0) return;
  throw new SeglError(
    403,
    'forbidden',
    `The client may do more than the token of this call, which lacks: ${missing.join(' ')}.`,
  );
}
