import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { writeAudit } from './audit.ts';
import { insertAccount, insertDealer, isDealer } from './store.ts';

export interface NewAccount {
  name: string;
  testAccount: boolean;
  /** Whether it may manage other accounts. */
  dealer?: boolean;
  /** Account of the dealer that manages this one. */
  dealerId?: string | undefined;
}

/** Makes an account with its first products. Throws 404 `not_found` when `dealerId` is no dealer. */
export async function createAccount(
  deps: { database: Database; clock: Clock },
  account: NewAccount,
): Promise<{ accountId: string }> {
  const { name, testAccount, dealer = false, dealerId } = account;
  const now = deps.clock.now();
  const accountId = uuidv7(now);
  await deps.database.transaction(async (tx) => {
    if (dealerId !== undefined && !(await isDealer(tx, dealerId))) {
      throw new SeglError(404, 'not_found', 'There is no such dealer.');
    }
    await insertAccount(tx, { id: accountId, name, testAccount, createdAt: now, dealerId });
    if (dealer) await insertDealer(tx, accountId, now);
    await writeAudit(tx, {
      accountId,
      environment: testAccount ? 'test' : 'prod',
      occurredAt: now,
      actorClientId: undefined,
      requestId: undefined,
      action: 'account.created',
      targetId: accountId,
      details: { name, testAccount, ...(dealer ? { dealer } : {}), ...(dealerId === undefined ? {} : { dealerId }) },
    });
  });
  return { accountId };
}
