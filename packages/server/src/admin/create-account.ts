import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { detailsAfter, NO_DETAILS, textAfter } from './account-input.ts';
import { type AccountDetails, insertStoredAccount, isMvaNumberTaken, type StoredAccount } from './account-store.ts';
import { accountView } from './account-view.ts';
import { NOT_GIVEN } from './acting-account.ts';
import type { AdminDeps } from './admin-deps.ts';
import { writeAudit } from './audit.ts';
import type { CreateAccountRequest } from './contract/account.ts';
import { insertDealer, isDealer } from './store.ts';

export interface NewAccount {
  name: string;
  testAccount: boolean;
  /** Whether it may manage other accounts. */
  dealer?: boolean;
  /** Account of the dealer that manages this one. */
  dealerId?: string | undefined;
}

/** For the operator: an account by its name alone. Throws 404 `not_found` when `dealerId` is no dealer. */
export async function createAccount(
  deps: { database: Database; clock: Clock },
  account: NewAccount,
): Promise<{ accountId: string }> {
  const { name, testAccount, dealer = false, dealerId } = account;
  const details = { ...NO_DETAILS, name, dealerId: dealerId ?? null };
  const { id } = await storeNewAccount(deps, { details, testAccount, dealer }, undefined);
  return { accountId: id };
}

/**
 * Creates an account, a test account with a token of the test environment; its dealer is the calling one, unless the
 * operator names another. Throws 403 `forbidden`, 404 `not_found` for an unknown dealer, 422 `mva_number_exists`.
 */
export async function orderAccount(
  deps: AdminDeps,
  context: OperationContext,
  input: { body: CreateAccountRequest },
): Promise<OperationResult> {
  const details = {
    ...detailsAfter(input.body, NO_DETAILS),
    ...(await wantedDealer(deps, context, input.body.Dealer)),
  };
  const testAccount = context.environment === 'test';
  const answer = (account: StoredAccount) => ({ status: 200, body: accountView(account, deps.publicUrl) });
  const made = await storeNewAccount(deps, { details, testAccount, dealer: false }, context, (tx, account) =>
    context.keepAnswer?.(tx, answer(account)),
  );
  return answer(made);
}

/** Whose the new account is. Only a dealer, or the operator, may say anything of that. */
async function wantedDealer(
  deps: AdminDeps,
  context: OperationContext,
  given: CreateAccountRequest['Dealer'],
): Promise<Pick<AccountDetails, 'dealerId' | 'dealerReference'>> {
  const { scopes, accountId } = context;
  const named = given?.Id === NOT_GIVEN ? undefined : given?.Id;
  const dealerReference = textAfter(given?.Reference, null);
  if (scopes.has('root') && named !== undefined) return { dealerId: named, dealerReference };
  const own = scopes.has('root') || scopes.has('dealer') ? await isDealer(deps.database, accountId) : false;
  const strange = named !== undefined && !(own && named === accountId);
  if (strange || (!own && dealerReference !== null)) {
    throw new SeglError(403, 'forbidden', 'The token may not name this dealer.');
  }
  if (!own && !scopes.has('root') && !scopes.has('account-create')) {
    throw new SeglError(403, 'forbidden', 'The account of the token is no dealer.');
  }
  return { dealerId: own ? accountId : null, dealerReference };
}

/** `actor` is absent for the operator. */
async function storeNewAccount(
  deps: { database: Database; clock: Clock },
  made: { details: AccountDetails; testAccount: boolean; dealer: boolean },
  actor: Pick<OperationContext, 'clientId' | 'requestId'> | undefined,
  alsoInTransaction?: (tx: Transaction, account: StoredAccount) => Promise<void> | undefined,
): Promise<StoredAccount> {
  const { details, testAccount, dealer } = made;
  const now = deps.clock.now();
  const account: StoredAccount = {
    id: uuidv7(now),
    details,
    customerNumber: null,
    slaTag: null,
    testAccount,
    enabled: true,
    logoHash: null,
    stylingHash: null,
  };
  await deps.database.transaction(async (tx) => {
    const { dealerId } = details;
    if (dealerId !== null && !(await isDealer(tx, dealerId))) {
      throw new SeglError(404, 'not_found', 'There is no such dealer.');
    }
    await requireFreeMvaNumber(tx, details.mvaNumber, account);
    await insertStoredAccount(tx, { ...account, createdAt: now });
    if (dealer) await insertDealer(tx, account.id, now);
    await writeAudit(tx, {
      accountId: account.id,
      environment: testAccount ? 'test' : 'prod',
      occurredAt: now,
      actorClientId: actor?.clientId,
      requestId: actor?.requestId,
      action: 'account.created',
      targetId: account.id,
      details: {
        name: details.name,
        testAccount,
        ...(dealer ? { dealer } : {}),
        ...(dealerId === null ? {} : { dealerId }),
      },
    });
    await alsoInTransaction?.(tx, account);
  });
  return account;
}

/** Throws 422 `mva_number_exists`. */
export async function requireFreeMvaNumber(
  tx: Transaction,
  number: string,
  account: { id: string; testAccount: boolean },
): Promise<void> {
  if (number === '' || !(await isMvaNumberTaken(tx, number, account))) return;
  throw new SeglError(422, 'mva_number_exists', 'Another account has this organisation number.');
}
