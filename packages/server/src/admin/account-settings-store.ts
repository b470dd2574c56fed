import type { Queryable } from '../kernel/db/database.ts';

/**
 * What another request does with an external id that a document has: `strict` refuses it; `replayOnly` makes another
 * document, and takes a request for a repetition only when it is identical and not older than 24 hours.
 */
export type ExternalIdPolicy = 'strict' | 'replayOnly';

export async function findExternalIdPolicy(db: Queryable, accountId: string): Promise<ExternalIdPolicy> {
  const { rows } = await db.query<{ policy: ExternalIdPolicy }>({
    name: 'admin_find_external_id_policy',
    text: 'select external_id_policy as policy from accounts where id = $1',
    values: [accountId],
  });
  return rows[0]?.policy ?? 'strict';
}
