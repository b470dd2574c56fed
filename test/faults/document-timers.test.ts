import { createHash } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type DatabaseKind, silentLog } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../packages/server/src/kernel/db/database.ts';
import { openDatabase } from '../../packages/server/src/kernel/db/open-database.ts';

const DOCUMENTS = 40;
const KILLS = 2;
/** The window in which the process is killed: about as long as the documents need. */
const WINDOW_MS = 400;

/**
 * Expiry, announcement and erasure of many documents that fall due at the same moment, while a process is killed again
 * and again; on PostgreSQL a second one works beside it. Each step must be taken once: one event per document and kind.
 */
describe.each(['embedded', 'postgresql'] as const)('timers of documents on the %s database', (kind: DatabaseKind) => {
  let killed: SeglProcess;
  let other: SeglProcess | undefined;
  let receiver: WebhookReceiver;
  let contract: Buffer;
  let documents: string[];
  let keeper: string;

  beforeAll(async () => {
    [killed, receiver, contract] = await Promise.all([
      startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } }),
      startWebhookReceiver(),
      sampleContract(),
    ]);
    if (kind === 'postgresql') {
      other = await startSegl({
        kind,
        environment: {
          SEGL_THROTTLE: 'off',
          SEGL_DATABASE_URL: killed.location.url!,
          SEGL_DATA_DIR: killed.location.dataDir,
          SEGL_PUBLIC_URL: killed.url,
          SEGL_SIMULATORS: 'off',
        },
      });
    }
    const api = await connect(killed);
    await api.request('POST', '/notification/webhooks', {
      name: 'Timers',
      active: true,
      events: ['document_expired', 'document_before_deleted', 'document_deleted'],
      config: { url: receiver.url },
    });
    const create = async (advanced: object) => {
      const created = await api.request('POST', '/signature/documents', documentRequest(contract, { advanced }));
      expect(created.status).toBe(201);
      return created.body.documentId as string;
    };
    keeper = await create({});
    const deadline = new Date(Date.now() + 6_000).toISOString();
    documents = await Promise.all(Array.from({ length: DOCUMENTS }, () => create({ timeToLive: { deadline } })));
  }, 240_000);
  afterAll(async () => {
    await other?.remove();
    await Promise.all([killed?.remove(), receiver?.close()]);
  });

  /** Kills and starts at random moments until every document has had its event, each exactly one. */
  async function killUntilAllHave(type: string): Promise<void> {
    for (let round = 0; round < KILLS; round++) {
      await pause(WINDOW_MS * Math.random());
      await killed.kill();
      await killed.start();
    }
    await Promise.all(documents.map((documentId) => receiver.waitFor(type, documentId, 60_000)));
    await withDatabase(async (database) => {
      const { rows } = await database.query<{ id: string; count: number }>(
        `select document_id as id, count(*)::integer as count from events
          where type = $1 and document_id = any($2::uuid[]) group by document_id`,
        [type, documents],
      );
      expect(rows.map(({ count }) => count)).toEqual(Array(DOCUMENTS).fill(1));
    });
  }

  /** The embedded database belongs to one process, which has to let go of it. */
  async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
    if (kind === 'embedded') await killed.kill();
    const database = await openDatabase({
      ...killed.location,
      log: silentLog,
      onFatal: (error) => {
        throw error;
      },
    });
    await work(database);
    await database.close();
    if (kind === 'embedded') await killed.start();
  }

  const makeDue = (columns: string) =>
    withDatabase((database) =>
      database.transaction(async (tx) => {
        await tx.query(`update documents set ${columns} where id = any($1::uuid[])`, [documents]);
        await tx.query('update document_timers set due_at = now() where document_id = any($1::uuid[])', [documents]);
      }),
    );

  async function isStored(accountId: string, sha256: string): Promise<boolean> {
    const folder = join(killed.location.dataDir, 'files', accountId, sha256.slice(0, 2));
    return (await readdir(folder).catch((): string[] => [])).includes(sha256);
  }

  it('expire, are announced and are erased once each, however often a process is killed', {
    timeout: 400_000,
  }, async () => {
    await pause(4_000);
    await killUntilAllHave('document_expired');
    await makeDue(`closed_at = closed_at - interval '145 hours'`);
    await killUntilAllHave('document_before_deleted');
    await makeDue(
      `closed_at = closed_at - interval '24 hours', deletion_announced_at = deletion_announced_at - interval '25 hours'`,
    );
    await killUntilAllHave('document_deleted');

    const api: ApiClient = await connect(killed);
    for (const documentId of documents) {
      const gone = await api.request('GET', `/signature/documents/${documentId}`);
      expect([gone.status, gone.body.code]).toEqual([404, 'document_deleted']);
    }
    const { body } = await api.request('GET', '/signature/documents/summary');
    expect([body.size, body.data[0].documentId]).toEqual([1, keeper]);

    // All had the same bytes; they are there as long as one document has them.
    const sha256 = createHash('sha256').update(contract).digest('hex');
    const file = await api.request('GET', `/signature/documents/${keeper}/files?fileFormat=unsigned`);
    expect(file.bytes.equals(contract)).toBe(true);
    const { accountId } = body.data[0];
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    await utimes(
      join(killed.location.dataDir, 'files', accountId, sha256.slice(0, 2), sha256),
      twoHoursAgo,
      twoHoursAgo,
    );
    expect(await isStored(accountId, sha256)).toBe(true);
    expect((await api.request('POST', `/signature/documents/${keeper}/cancel?reason=done`)).status).toBe(200);
    expect((await api.request('DELETE', `/signature/documents/${keeper}`)).status).toBe(204);
    await expect.poll(() => isStored(accountId, sha256), { timeout: 20_000 }).toBe(false);
  });
});
