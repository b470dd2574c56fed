import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { PackageRecord } from './store.ts';
import { type MadeFormat, type WantedPackage, wantedPackages } from './wanted-packages.ts';

/** One file that packaging is to make. */
export interface PackagingTask extends WantedPackage {
  documentId: string;
}

/** `false` when the part was packaged in the format before: the first one stays. */
export async function insertPackage(
  tx: Transaction,
  document: { id: string; accountId: string },
  made: PackageRecord,
  createdAt: Date,
): Promise<boolean> {
  await tx.query('select record_file($1, $2, $3, $4, $5)', [
    document.accountId,
    made.sha256,
    made.sizeBytes,
    createdAt,
    document.id,
  ]);
  const { rowCount } = await tx.query(
    `insert into document_packages (document_id, part, format, account_id, sha256, size_bytes, file_name, media_type,
                                    level, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (document_id, part, format) do nothing`,
    [
      document.id,
      made.part,
      made.format,
      document.accountId,
      made.sha256,
      made.sizeBytes,
      made.fileName,
      made.mediaType,
      made.level ?? null,
      createdAt,
    ],
  );
  await tx.query('delete from packaging_failures where document_id = $1 and part = $2 and format = $3', [
    document.id,
    made.part,
    made.format,
  ]);
  return rowCount === 1;
}

/** That the document has another package, and whether it was the last one that is wanted. */
export async function putPackaged(tx: Transaction, documentId: string, now: Date, complete: boolean): Promise<void> {
  await tx.query(
    `update documents
        set packaged_at = $2, updated_at = $2, packages_complete_at = case when $3 then $2 else packages_complete_at end
      where id = $1`,
    [documentId, now, complete],
  );
}

/** The files to be made of each of these documents. */
export async function listWantedPackages(db: Queryable, documentIds: readonly string[]): Promise<PackagingTask[]> {
  const { rows } = await db.query<{ id: string; requested: MadeFormat[] | null; attachments: string[] }>(
    `select id, request #> '{dataToSign,packaging,signaturePackageFormats}' as requested,
            array(select distinct attachment_id from attachment_signatures g where g.document_id = d.id) as attachments
       from documents d where id = any($1) and erased_at is null`,
    [documentIds],
  );
  return rows.flatMap(({ id, requested, attachments }) =>
    wantedPackages(requested ?? undefined, attachments).map((wanted) => ({ documentId: id, ...wanted })),
  );
}

/** Why a file could not be made so far. */
export interface PackagingFailure extends PackagingTask {
  accountId: string;
  environment: Environment;
  code: string;
  reason: string;
  attempts: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
}

/** Keeps the latest reason and counts. Answers the number of attempts. */
export async function putPackagingFailure(
  db: Queryable,
  failure: Omit<PackagingFailure, 'attempts' | 'firstFailedAt' | 'lastFailedAt'> & { failedAt: Date },
): Promise<number> {
  const { rows } = await db.query<{ attempts: number }>(
    `insert into packaging_failures as f (document_id, part, format, account_id, environment, code, reason, attempts,
                                          first_failed_at, last_failed_at)
     select $1, $2, $3, $4, $5, $6, $7, 1, $8, $8 from documents where id = $1 and erased_at is null
     on conflict (document_id, part, format) do update
        set code = excluded.code, reason = excluded.reason, attempts = f.attempts + 1,
            last_failed_at = excluded.last_failed_at
     returning attempts`,
    [
      failure.documentId,
      failure.part,
      failure.format,
      failure.accountId,
      failure.environment,
      failure.code,
      failure.reason,
      failure.failedAt,
    ],
  );
  return rows[0]?.attempts ?? 0;
}

const FAILURES = `
  select document_id as "documentId", part, format, account_id as "accountId", environment, code, reason, attempts,
         first_failed_at as "firstFailedAt", last_failed_at as "lastFailedAt"
    from packaging_failures`;

export async function listPackagingFailures(db: Queryable, limit: number): Promise<PackagingFailure[]> {
  const { rows } = await db.query<PackagingFailure>(`${FAILURES} order by first_failed_at limit $1`, [limit]);
  return rows;
}

/** How many files could not be made so far, by the code of the last failure, and since when the first of them. */
export async function countPackagingFailures(
  db: Queryable,
): Promise<{ code: string; packages: number; firstFailedAt: Date }[]> {
  const { rows } = await db.query<{ code: string; packages: number; firstFailedAt: Date }>(
    `select code, count(*)::integer as packages, min(first_failed_at) as "firstFailedAt"
       from packaging_failures group by code order by code`,
  );
  return rows;
}

/** How many signed documents wait for packages, those whose packages are only just being made among them. */
export async function countDocumentsToPackage(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ documents: number }>(
    `select count(*)::integer as documents from documents
      where status = 'signed' and packages_complete_at is null and erased_at is null`,
  );
  return rows[0]!.documents;
}

/** Signed documents that wait for packages, the oldest first, with what is there of them. */
export async function listDocumentsToPackage(
  db: Queryable,
  limit: number,
): Promise<{ documentId: string; accountId: string; environment: Environment; made: WantedPackage[] }[]> {
  const { rows } = await db.query<{
    documentId: string;
    accountId: string;
    environment: Environment;
    made: WantedPackage[] | null;
  }>(
    `select d.id as "documentId", d.account_id as "accountId", d.environment,
            (select jsonb_agg(jsonb_build_object('part', p.part, 'format', p.format))
               from document_packages p where p.document_id = d.id) as made
       from documents d
      where d.status = 'signed' and d.packages_complete_at is null and d.erased_at is null
      order by d.id limit $1`,
    [limit],
  );
  return rows.map(({ made, ...document }) => ({ ...document, made: made ?? [] }));
}
