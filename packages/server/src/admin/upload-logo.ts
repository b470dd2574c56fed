import { createHash } from 'node:crypto';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { decodeBase64 } from '../kernel/http/base64-input.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { findStoredAccount } from './account-store.ts';
import { actingAccount, requireChangeable } from './acting-account.ts';
import { ACCOUNTS_CHANGED, type AdminDeps } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import { type BrandingKind, brandingUrl } from './branding-address.ts';
import { putBranding } from './branding-store.ts';
import { invalidInput } from './client-input.ts';
import type { AccountLogo } from './contract/branding.ts';
import type { AccountQuery } from './contract/oauth-client.ts';
import { accountNotFound } from './update-account.ts';

const MAX_BYTES = 2 * 1024 * 1024;

/** Makes a picture the logo of an account; the answer is its address. Throws 400, 403 `forbidden`, 422 `invalid_logo`. */
export async function uploadAccountLogo(
  deps: AdminDeps,
  context: OperationContext,
  input: { body: AccountLogo; query: AccountQuery },
): Promise<OperationResult> {
  const accountId = await actingAccount(deps, context, {
    inBody: input.body.AccountId,
    inQuery: input.query.accountId,
  });
  return storeLogo(deps, context, { accountId, kind: 'logo', base64: input.body.Base64EncodedLogo });
}

export async function storeLogo(
  deps: AdminDeps,
  context: OperationContext,
  logo: { accountId: string; kind: BrandingKind; base64: string },
): Promise<OperationResult> {
  const { accountId, kind } = logo;
  const given = decodeBase64(logo.base64);
  const field = 'Base64EncodedLogo';
  if (!given || given.length === 0) throw invalidInput([{ field, code: 'base64', message: 'Must be base64.' }]);
  if (given.length > MAX_BYTES) {
    throw invalidInput([{ field, code: 'max_length', message: 'Must have at most 2 MB.' }]);
  }
  // The program for pictures is large, and needed by few: the start does not wait for it.
  const { logoImage } = await import('./logo-image.ts');
  const bytes = await logoImage(given);
  if (!bytes) throw new SeglError(422, 'invalid_logo', 'The logo is no PNG, JPEG, GIF, WebP or SVG that can be read.');
  const hash = brandingHash(accountId, kind, bytes);
  const result = { status: 200, body: brandingUrl(deps.publicUrl, kind, hash) };
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const account = await findStoredAccount(tx, accountId, 'lock');
    if (!account) throw accountNotFound();
    requireChangeable(context, account);
    await putBranding(tx, { accountId, kind, hash, bytes }, now);
    await writeAudit(tx, {
      accountId,
      environment: context.environment,
      occurredAt: now,
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: kind === 'logo' ? 'account.logo_set' : 'dealer.logo_set',
      targetId: accountId,
      details: { hash },
    });
    await context.keepAnswer?.(tx, result);
    tx.afterCommit(() => deps.database.signals.send(ACCOUNTS_CHANGED));
  });
  return result;
}

/** Of the owner too: what one account takes away must not be missing for another that uploaded the same. */
export function brandingHash(accountId: string, kind: BrandingKind, bytes: Uint8Array): string {
  return createHash('sha256').update(`${accountId} ${kind} `).update(bytes).digest('hex');
}
