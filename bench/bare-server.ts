import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../packages/server/src/kernel/clock/clock.ts';
import { migrate } from '../packages/server/src/kernel/db/migrate.ts';
import { openDatabase } from '../packages/server/src/kernel/db/open-database.ts';
import { ensurePartitions } from '../packages/server/src/kernel/db/partitions.ts';
import { uuidv7 } from '../packages/server/src/kernel/ids/uuid.ts';

/**
 * The baseline: a bare `node:http` handler that does the unavoidable part of the work and nothing else. `POST` writes the
 * same file, synced, and the same rows in one statement; `GET` reads the same rows in one statement. No token, no checks of
 * the request or the PDF, no encryption, no response model.
 */
const log = { info() {}, warn() {}, error() {} };
const dataDir = process.env.SEGL_DATA_DIR ?? '';
const database = await openDatabase({
  url: process.env.SEGL_DATABASE_URL,
  dataDir,
  log,
  onFatal: () => process.exit(1),
});
await migrate({ database, log });
await ensurePartitions(database, systemClock.now());
const accountId = '019f0000-0000-7000-8000-000000000001';
const folder = join(dataDir, 'bare-files');
await mkdir(folder, { recursive: true });

const INSERT = {
  name: 'bare_insert',
  text: `with external as (
           insert into document_external_ids (account_id, environment, external_id, document_id, fingerprint)
           values ($2, 'test', $3, $1, $4)
         ), document as (
           insert into documents (id, account_id, environment, external_id, status, request, file_format, content_sha256,
                                  content_size_bytes, page_count, required_signatures, evidence_sequence, evidence_hash,
                                  deadline, created_at, updated_at)
           values ($1, $2, 'test', $3, 'unsigned', $5, 'pdf', $6, $7, 3, 1, 1, $4, $8, $8, $8)
         ), signer as (
           insert into signers (document_id, id, account_id, position, external_signer_id, sign_order, required, request)
           values ($1, $9, $2, 0, 'kari', 0, false, $5)
         ), evidence as (
           insert into evidence_entries (document_id, sequence, account_id, occurred_at, kind, data, hash)
           values ($1, 1, $2, $8, 'document_created', $5, $4)
         ), timer as (
           insert into document_timers (document_id, account_id, environment, due_at) values ($1, $2, 'test', $8)
         ), file as (
           insert into files (account_id, sha256, size_bytes, created_at, owner_id) values ($2, $6, $7, $8, $1)
         ), happened as (
           insert into events (id, account_id, environment, type, document_id, occurred_at, payload, tags)
           values ($10, $2, 'test', 'document_created', $1, $8, $5, '{}')
         )
         insert into event_outbox (event_id) values ($10)`,
};
const SELECT = {
  name: 'bare_select',
  text: `select d.id, d.status, d.request, d.deadline, d.created_at, d.updated_at,
                (select jsonb_agg(jsonb_build_object('id', s.id, 'request', s.request) order by s.position)
                   from signers s where s.document_id = $1) as signers
           from documents d where d.id = $1`,
};

async function writeFile(content: Buffer, sha256: string): Promise<void> {
  const temporary = join(folder, randomBytes(8).toString('hex'));
  const file = await open(temporary, 'wx');
  await file.writeFile(content);
  await file.datasync();
  await file.close();
  await rename(temporary, join(folder, sha256));
  const directory = await open(folder, 'r');
  await directory.sync();
  await directory.close();
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    if (request.method === 'GET') {
      const { rows } = await database.query({ ...SELECT, values: [request.url?.slice(1)] });
      return response.end(JSON.stringify(rows[0]));
    }
    const { dataToSign, ...rest } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const content = Buffer.from(dataToSign.base64Content, 'base64');
    const sha256 = createHash('sha256').update(content).digest('hex');
    await writeFile(content, sha256);
    const now = systemClock.now();
    const id = uuidv7(now);
    const hash = createHash('sha256').update(rest.externalId).digest();
    const json = JSON.stringify(rest);
    const values = [id, accountId, rest.externalId, hash, json, sha256, content.length, now, uuidv7(now), uuidv7(now)];
    await database.query({ ...INSERT, values });
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ documentId: id, ...rest }));
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.once('SIGTERM', () => server.close(() => database.close().then(() => process.exit(0))));
