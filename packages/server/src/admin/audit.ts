import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';

/** A change of what an account owns. No secret and no person in it. */
export interface AuditEntry {
  accountId: string;
  environment: Environment;
  occurredAt: Date;
  /** Absent: the operator. */
  actorClientId: string | undefined;
  requestId: string | undefined;
  /** `oauth_client.created` … */
  action: string;
  targetId: string;
  details: Record<string, unknown>;
}

/** Writes the entry in the transaction of the change that it tells of. */
export async function writeAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into audit_entries
       (id, account_id, environment, occurred_at, actor_client_id, request_id, action, target_id, details)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      uuidv7(entry.occurredAt),
      entry.accountId,
      entry.environment,
      entry.occurredAt,
      entry.actorClientId ?? null,
      entry.requestId ?? null,
      entry.action,
      entry.targetId,
      JSON.stringify(entry.details),
    ],
  );
}

/** Newest first; `beforeId` is the id of the last entry of the page before. */
export async function listAudit(
  db: Queryable,
  owner: { accountId: string; environment: Environment },
  options: { beforeId?: string; limit: number },
): Promise<(AuditEntry & { id: string })[]> {
  const { rows } = await db.query<{
    id: string;
    occurred_at: Date;
    actor_client_id: string | null;
    request_id: string | null;
    action: string;
    target_id: string;
    details: Record<string, unknown>;
  }>(
    `select id, occurred_at, actor_client_id, request_id, action, target_id, details from audit_entries
      where account_id = $1 and environment = $2 and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    [owner.accountId, owner.environment, options.beforeId ?? null, options.limit],
  );
  return rows.map((row) => ({
    id: row.id,
    accountId: owner.accountId,
    environment: owner.environment,
    occurredAt: row.occurred_at,
    actorClientId: row.actor_client_id ?? undefined,
    requestId: row.request_id ?? undefined,
    action: row.action,
    targetId: row.target_id,
    details: row.details,
  }));
}
