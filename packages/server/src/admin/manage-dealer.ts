import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { detailsAfter, isHttpUrl, membersAfter } from './account-input.ts';
import { findStoredAccount, listStoredAccounts, putDetails, type StoredAccount } from './account-store.ts';
import { accountItemView } from './account-view.ts';
import { NOT_GIVEN, requireChangeable } from './acting-account.ts';
import { ACCOUNTS_CHANGED, type AdminDeps, CLIENTS_CHANGED } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import { brandingUrl } from './branding-address.ts';
import { invalidInput } from './client-input.ts';
import type { DealerLogo } from './contract/branding.ts';
import type { Dealer, DealerParams } from './contract/dealer.ts';
import { requireFreeMvaNumber } from './create-account.ts';
import { findDealer, putOnboarding, type StoredDealer } from './dealer-store.ts';
import { storeLogo } from './upload-logo.ts';

/** A dealer is an account; what is more to it are the words for its customers. Throws 403 `forbidden`, 404 `not_found`. */
export async function getDealer(
  deps: AdminDeps,
  context: OperationContext,
  { params }: { params: DealerParams },
): Promise<OperationResult> {
  const { account, dealer } = await requireDealer(deps.database, context, params.dealerId);
  return { status: 200, body: dealerView(account, dealer, deps.publicUrl) };
}

/** All accounts of the dealer, closed ones too, by name. */
export async function listDealerAccounts(
  deps: AdminDeps,
  context: OperationContext,
  { params }: { params: DealerParams },
): Promise<OperationResult> {
  await requireDealer(deps.database, context, params.dealerId);
  const accounts = await listStoredAccounts(deps.database, 'all', { dealerId: params.dealerId });
  return { status: 200, body: accounts.map(accountItemView) };
}

/**
 * Changes what the request names; an empty text clears. The number of the customer is the operator's. Throws 403
 * `forbidden`, 404 `not_found`, 422 `mva_number_exists`.
 */
export async function updateDealer(
  deps: AdminDeps,
  context: OperationContext,
  { params, body }: { params: DealerParams; body: Dealer },
): Promise<OperationResult> {
  const now = deps.clock.now();
  const { Name, MvaNumber, CompanyPhone, CompanyEmail, CompanyUrl, Onboarding } = body;
  const { LogoUrl: _set, ...words } = Onboarding ?? {};
  if (words.ReturnUrl?.trim() && !isHttpUrl(words.ReturnUrl.trim())) {
    throw invalidInput([{ field: 'Onboarding.ReturnUrl', code: 'url', message: 'Must be an absolute URL.' }]);
  }
  return deps.database.transaction(async (tx) => {
    const { account, dealer } = await requireDealer(tx, context, params.dealerId, 'lock');
    requireChangeable(context, account);
    const details = detailsAfter({ Name, MvaNumber, CompanyPhone, CompanyEmail, CompanyUrl }, account.details);
    const onboarding = membersAfter(Onboarding && words, dealer.onboarding);
    const changed = [
      ...Object.entries(details).flatMap(([name, value]) =>
        isDeepStrictEqual(value, account.details[name as keyof typeof details]) ? [] : [name],
      ),
      ...(isDeepStrictEqual(onboarding, dealer.onboarding) ? [] : ['onboarding']),
    ];
    const result = {
      status: 200,
      body: dealerView({ ...account, details }, { ...dealer, onboarding }, deps.publicUrl),
    };
    if (changed.length > 0) {
      if (changed.includes('mvaNumber')) await requireFreeMvaNumber(tx, details.mvaNumber, account);
      await putDetails(tx, account.id, details, now);
      await putOnboarding(tx, account.id, onboarding);
      await writeAudit(tx, {
        accountId: account.id,
        environment: context.environment,
        occurredAt: now,
        actorClientId: context.clientId,
        requestId: context.requestId,
        action: 'dealer.updated',
        targetId: account.id,
        details: { changed },
      });
      tx.afterCommit(() => {
        deps.database.signals.send(ACCOUNTS_CHANGED);
        deps.database.signals.send(CLIENTS_CHANGED);
      });
    }
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

/** Makes a picture the logo that the dealer's customers see. The same rules as for an account's. */
export async function uploadDealerLogo(
  deps: AdminDeps,
  context: OperationContext,
  { params, body }: { params: DealerParams; body: DealerLogo },
): Promise<OperationResult> {
  const { dealerId } = params;
  if (body.DealerId !== undefined && body.DealerId !== NOT_GIVEN && body.DealerId !== dealerId) {
    throw new SeglError(403, 'forbidden', 'The DealerId is not that of the address.');
  }
  await requireDealer(deps.database, context, dealerId);
  return storeLogo(deps, context, { accountId: dealerId, kind: 'dealer_logo', base64: body.Base64EncodedLogo });
}

/** Throws 403 `forbidden` unless it is the caller itself; for `root` 404 `not_found`. */
async function requireDealer(
  db: Queryable,
  context: OperationContext,
  id: string,
  lock?: 'lock',
): Promise<{ account: StoredAccount; dealer: StoredDealer }> {
  const isOperator = context.scopes.has('root');
  const reached = isOperator || id === context.accountId;
  const account = reached ? await findStoredAccount(db, id, lock) : undefined;
  const dealer = account && (await findDealer(db, id, lock));
  if (dealer) return { account, dealer };
  if (isOperator) throw new SeglError(404, 'not_found', 'There is no such dealer.');
  throw new SeglError(403, 'forbidden', 'The token may not act for this dealer.');
}

function dealerView(account: StoredAccount, dealer: StoredDealer, publicUrl: string): Dealer {
  const { details, customerNumber } = account;
  return {
    Id: account.id,
    Name: details.name,
    CustomerNumber: customerNumber === null ? undefined : Number(customerNumber),
    MvaNumber: details.mvaNumber || undefined,
    CompanyPhone: details.companyPhone || undefined,
    CompanyEmail: details.companyEmail || undefined,
    CompanyUrl: details.companyUrl ?? undefined,
    Onboarding: {
      ...dealer.onboarding,
      LogoUrl: dealer.logoHash === null ? undefined : brandingUrl(publicUrl, 'dealer_logo', dealer.logoHash),
    },
  };
}
