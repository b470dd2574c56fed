import { SeglError } from '../kernel/errors/segl-error.ts';
import { decodeBase64 } from '../kernel/http/base64-input.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { findStoredAccount } from './account-store.ts';
import { actingAccount, requireChangeable } from './acting-account.ts';
import { ACCOUNTS_CHANGED, type AdminDeps } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import { BRANDING_PATH, brandingUrl } from './branding-address.ts';
import { listOwnHashes, putBranding, replaceBranding } from './branding-store.ts';
import { invalidInput } from './client-input.ts';
import type { AdminStyling } from './contract/branding.ts';
import type { AccountQuery } from './contract/oauth-client.ts';
import { accountNotFound } from './update-account.ts';
import { brandingHash } from './upload-logo.ts';

const MAX_BYTES = 200_000;

/**
 * Makes CSS the style sheet of the account's pages for signers and users; nothing takes the one that is there away. Throws
 * 400, 403 `forbidden`, 422 `styling_refused` with every rule that is not taken.
 */
export async function uploadStyling(
  deps: AdminDeps,
  context: OperationContext,
  input: { body: AdminStyling; query: AccountQuery },
): Promise<OperationResult> {
  const { body, query } = input;
  const accountId = await actingAccount(deps, context, { inBody: body.AccountId, inQuery: query.accountId });
  const css = await safeStyling(deps, accountId, body.Base64EncodedCssData ?? '');
  const hash = css === '' ? undefined : brandingHash(accountId, 'styling', Buffer.from(css));
  const result = {
    status: 200,
    body: { CssUrl: hash === undefined ? undefined : brandingUrl(deps.publicUrl, 'styling', hash) },
  };
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const account = await findStoredAccount(tx, accountId, 'lock');
    if (!account) throw accountNotFound();
    requireChangeable(context, account);
    if (hash === undefined) await replaceBranding(tx, { accountId, kind: 'styling' }, now);
    else await putBranding(tx, { accountId, kind: 'styling', hash, bytes: Buffer.from(css) }, now);
    await writeAudit(tx, {
      accountId,
      environment: context.environment,
      occurredAt: now,
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: hash === undefined ? 'account.styling_removed' : 'account.styling_set',
      targetId: accountId,
      details: hash === undefined ? {} : { hash },
    });
    await context.keepAnswer?.(tx, result);
    tx.afterCommit(() => deps.database.signals.send(ACCOUNTS_CHANGED));
  });
  return result;
}

async function safeStyling(deps: AdminDeps, accountId: string, base64: string): Promise<string> {
  const field = 'Base64EncodedCssData';
  const bytes = decodeBase64(base64);
  if (!bytes) throw invalidInput([{ field, code: 'base64', message: 'Must be base64.' }]);
  if (bytes.length > MAX_BYTES)
    throw invalidInput([{ field, code: 'max_length', message: 'Must have at most 200 kB.' }]);
  const own = `${deps.publicUrl}${BRANDING_PATH}/`;
  // What reads CSS is large, and needed by few: the start does not wait for it.
  const { filterStyling } = await import('./filter-styling.ts');
  const { css, refused, addresses } = filterStyling(bytes.toString('utf8'), own);
  const hashes = addresses.map((address) => address.slice(own.length).replace(/\.(png|css)$/, ''));
  const owned = new Set(await listOwnHashes(deps.database, accountId, hashes));
  const foreign = addresses
    .filter((_, index) => !owned.has(hashes[index]!))
    .map((address) => `url(${address}): only data: images and files of the account`);
  const all = [...refused, ...foreign];
  if (all.length === 0) return css;
  throw new SeglError(422, 'styling_refused', `The style sheet has ${all.length} rules that are not taken.`, {
    errors: all.slice(0, 100).map((message) => ({ field, code: 'format', message })),
  });
}
