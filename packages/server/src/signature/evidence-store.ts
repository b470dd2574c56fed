import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { EvidenceEntry, EvidenceKind } from './evidence.ts';

export async function insertEvidence(
  tx: Transaction,
  document: { id: string; accountId: string },
  entry: EvidenceEntry,
): Promise<void> {
  await tx.query(
    `insert into evidence_entries (document_id, sequence, account_id, occurred_at, kind, signer_id, data, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      document.id,
      entry.sequence,
      document.accountId,
      entry.occurredAt,
      entry.kind,
      entry.signerId ?? null,
      JSON.stringify(entry.data),
      entry.hash,
    ],
  );
}

/** Whether a step of this kind of a signer is in the log. */
export async function hasEvidence(
  db: Queryable,
  documentId: string,
  kind: EvidenceKind,
  signerId: string,
): Promise<boolean> {
  const { rows } = await db.query(
    'select 1 from evidence_entries where document_id = $1 and kind = $2 and signer_id = $3 limit 1',
    [documentId, kind, signerId],
  );
  return rows.length > 0;
}

export async function listEvidence(db: Queryable, documentId: string): Promise<EvidenceEntry[]> {
  const { rows } = await db.query<{
    sequence: number;
    occurred_at: Date;
    kind: EvidenceKind;
    signer_id: string | null;
    data: Record<string, unknown>;
    hash: Buffer;
  }>(
    'select sequence, occurred_at, kind, signer_id, data, hash from evidence_entries where document_id = $1 order by sequence',
    [documentId],
  );
  return rows.map((row) => ({
    sequence: row.sequence,
    occurredAt: row.occurred_at,
    kind: row.kind,
    signerId: row.signer_id ?? undefined,
    data: row.data,
    hash: row.hash,
  }));
}
