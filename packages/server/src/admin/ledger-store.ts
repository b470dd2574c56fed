import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { MeteredProduct, MeteredUnit } from '../kernel/metering/meter.ts';
import type { Owner } from './client-store.ts';

/** Leaves out those that are there. */
export async function insertUnits(tx: Transaction, units: readonly MeteredUnit[]): Promise<void> {
  if (units.length === 0) return;
  await tx.query(
    `insert into metered_units (id, product, part, account_id, environment, count, description, external_reference,
                                department_id, occurred_at)
     select id, product, coalesce(part, ''), "accountId", environment, coalesce(count, 1), description,
            "externalReference", "departmentId", "occurredAt"
       from jsonb_to_recordset($1::jsonb)
         as given (id uuid, product text, part text, "accountId" uuid, environment text, count integer, description text,
                   "externalReference" text, "departmentId" text, "occurredAt" timestamptz)
     on conflict do nothing`,
    [JSON.stringify(units)],
  );
}

/** All units of one day (UTC), product, reference and department. */
export interface LedgerLine {
  /** `2026-03-01` */
  day: string;
  product: MeteredProduct;
  externalReference: string | null;
  departmentId: string | null;
  /** Every one that occurs, in alphabetical order. */
  description: string | null;
  count: number;
}

/** From `from` on and before `until`, oldest first. */
export async function listLedgerLines(
  db: Queryable,
  owner: Owner,
  { from, until }: { from: Date; until: Date },
): Promise<LedgerLine[]> {
  const { rows } = await db.query<LedgerLine>(
    `select to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day, product,
            external_reference as "externalReference", department_id as "departmentId",
            string_agg(distinct description, ', ' order by description) as description, sum(count)::integer as count
       from metered_units
      where account_id = $1 and environment = $2 and occurred_at >= $3 and occurred_at < $4
      group by 1, 2, 3, 4 order by 1, 2, 3 nulls first, 4 nulls first`,
    [owner.accountId, owner.environment, from, until],
  );
  return rows;
}
