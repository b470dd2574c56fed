import type { Queryable, Transaction } from '../../kernel/db/database.ts';
import type { Environment } from '../../kernel/events/events.ts';
import type { StoredFile } from '../../kernel/files/files.ts';

export interface Owner {
  accountId: string;
  environment: Environment;
}

export interface TemplateRecord {
  id: string;
  name: string;
  file: StoredFile;
  lastEdited: Date;
}

interface TemplateRow {
  id: string;
  name: string;
  file_sha256: string;
  file_size_bytes: number;
  last_edited: Date;
}

const COLUMNS = 'id, name, file_sha256, file_size_bytes::double precision as file_size_bytes, last_edited';
const OWNED = 'account_id = $1 and environment = $2';

export async function listTemplates(db: Queryable, { accountId, environment }: Owner): Promise<TemplateRecord[]> {
  const { rows } = await db.query<TemplateRow>(`select ${COLUMNS} from pdf_templates where ${OWNED} order by name`, [
    accountId,
    environment,
  ]);
  return rows.map(recordOf);
}

export async function findTemplate(
  db: Queryable,
  { accountId, environment }: Owner,
  id: string,
): Promise<TemplateRecord | undefined> {
  const { rows } = await db.query<TemplateRow>(`select ${COLUMNS} from pdf_templates where ${OWNED} and id = $3`, [
    accountId,
    environment,
    id,
  ]);
  return rows[0] && recordOf(rows[0]);
}

/** Fails with 23505 when the account has a template of this name. */
export async function insertTemplate(tx: Transaction, owner: Owner, template: TemplateRecord): Promise<void> {
  await tx.query(
    `insert into pdf_templates (id, account_id, environment, name, file_sha256, file_size_bytes, last_edited)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [template.id, owner.accountId, owner.environment, template.name, ...fileAndTime(template)],
  );
  await recordUse(tx, owner, template);
}

/**
 * Answers whether there is such a template. The use of its file before has to be taken back first. Fails with 23505 as
 * above.
 */
export async function replaceTemplate(tx: Transaction, owner: Owner, template: TemplateRecord): Promise<boolean> {
  const { rows } = await tx.query(
    `update pdf_templates set name = $4, file_sha256 = $5, file_size_bytes = $6, last_edited = $7
      where ${OWNED} and id = $3 returning id`,
    [owner.accountId, owner.environment, template.id, template.name, ...fileAndTime(template)],
  );
  if (rows.length === 0) return false;
  await recordUse(tx, owner, template);
  return true;
}

export async function removeTemplate(tx: Transaction, { accountId, environment }: Owner, id: string): Promise<boolean> {
  const { rows } = await tx.query(`delete from pdf_templates where ${OWNED} and id = $3 returning id`, [
    accountId,
    environment,
    id,
  ]);
  return rows.length > 0;
}

function fileAndTime({ file, lastEdited }: TemplateRecord): unknown[] {
  return [file.sha256, file.sizeBytes, lastEdited];
}

async function recordUse(tx: Transaction, { accountId }: Owner, { id, file, lastEdited }: TemplateRecord) {
  await tx.query('select record_file($1, $2, $3, $4, $5)', [accountId, file.sha256, file.sizeBytes, lastEdited, id]);
}

function recordOf(row: TemplateRow): TemplateRecord {
  return {
    id: row.id,
    name: row.name,
    file: { sha256: row.file_sha256, sizeBytes: row.file_size_bytes },
    lastEdited: row.last_edited,
  };
}
