import type { Queryable } from '../kernel/db/database.ts';

/**
 * What another request does with an external id that a document has: `strict` refuses it; `replayOnly` makes another
 * document, and takes a request for a repetition only when it is identical and not older than 24 hours.
 */
export type ExternalIdPolicy = 'strict' | 'replayOnly';

/** How long results of identifications can be read, and when their log names nobody any more. */
export interface IdentificationSettings {
  readableHours: number;
  anonymizeAfterDays: number;
}

export async function findIdentificationSettings(db: Queryable, accountId: string): Promise<IdentificationSettings> {
  const { rows } = await db.query<IdentificationSettings>(
    {
      name: 'admin_find_identification_settings',
      text: `select identification_readable_hours as "readableHours", identification_anonymize_days as "anonymizeAfterDays"
               from accounts where id = $1`,
    },
    [accountId],
  );
  return rows[0] ?? { readableHours: 336, anonymizeAfterDays: 365 };
}

export async function findExternalIdPolicy(db: Queryable, accountId: string): Promise<ExternalIdPolicy> {
  const { rows } = await db.query<{ policy: ExternalIdPolicy }>({
    name: 'admin_find_external_id_policy',
    text: 'select external_id_policy as policy from accounts where id = $1',
    values: [accountId],
  });
  return rows[0]?.policy ?? 'strict';
}
