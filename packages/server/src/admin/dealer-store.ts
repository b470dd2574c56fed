import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Onboarding } from './contract/dealer.ts';

export interface StoredDealer {
  /** Without the logo, which is kept apart. */
  onboarding: Onboarding | null;
  logoHash: string | null;
}

/** `lock` holds it against other changes until the end. */
export async function findDealer(db: Queryable, id: string, lock?: 'lock'): Promise<StoredDealer | undefined> {
  const { rows } = await db.query<StoredDealer>(
    `select d.onboarding, l.hash as "logoHash"
       from dealers d left join brandings l on l.account_id = d.account_id and l.kind = 'dealer_logo' and l.replaced_at is null
      where d.account_id = $1 ${lock ? 'for update of d' : ''}`,
    [id],
  );
  return rows[0];
}

export async function putOnboarding(tx: Transaction, id: string, onboarding: Onboarding | null): Promise<void> {
  await tx.query('update dealers set onboarding = $2 where account_id = $1', [
    id,
    onboarding && JSON.stringify(onboarding),
  ]);
}
