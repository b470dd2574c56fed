import { freshDatabase, silentLog, startPostgres } from '@segl/test-kit/databases';
import { ensurePartitions } from '../packages/server/src/kernel/db/partitions.ts';
import type { RequestRecord } from '../packages/server/src/kernel/http/request-record.ts';
import { uuidv7 } from '../packages/server/src/kernel/ids/uuid.ts';
import { createRequestLog } from '../packages/server/src/requests/index.ts';
import { median } from './load.ts';

/**
 * Searching the request log in a table of ten million rows over thirty days on PostgreSQL, against the shortest query there
 * is; then how fast records are written, and what one costs the request that it is of.
 *
 *     npm run bench -- requests [rows]
 */
const ROWS = Number(process.argv[2] ?? 10_000_000);
const DAYS = 30;
const ACCOUNTS = 200;
const SEARCHES = 2000;
const RECORDS = 50_000;
const DAY_MS = 24 * 3_600_000;

const postgres = await startPostgres();
process.env.SEGL_TEST_POSTGRES_URL = postgres.url;
const database = await freshDatabase('postgresql');
try {
  const now = Date.now();
  const from = now - (DAYS - 1) * DAY_MS;
  for (let day = 0; day < DAYS; day++) await ensurePartitions(database, new Date(from + day * DAY_MS));
  const accountIds = Array.from({ length: ACCOUNTS }, () => uuidv7(new Date(from)));
  const started = performance.now();
  const perDay = Math.ceil(ROWS / DAYS);
  for (let day = 0; day < DAYS; day++) await fill(from + day * DAY_MS, perDay, accountIds);
  await database.query('analyze requests');
  const { rows: size } = await database.query<{ n: number; size: string; indexes: string }>(
    `select (select count(*) from requests) as n,
            pg_size_pretty(sum(pg_table_size(inhrelid))) as size, pg_size_pretty(sum(pg_indexes_size(inhrelid))) as indexes
       from pg_inherits where inhparent = 'requests'::regclass`,
  );
  console.log(
    `${size[0]!.n} rows in ${DAYS} days, ${size[0]!.size} and ${size[0]!.indexes} of indexes, filled in ${seconds(started)} s`,
  );
  await search(accountIds);
  await write();
} finally {
  await database.close();
  await postgres.stop();
}

/** Rows of one day, evenly over the day, in the order of their ids as they would be written. */
async function fill(fromMs: number, rows: number, accountIds: readonly string[]): Promise<void> {
  await database.transaction(
    async (tx) => {
      await tx.query('set local statement_timeout = 0');
      await tx.query(
        `insert into requests (id, received_at, account_id, environment, client_id, method, path, status, duration_ms, sdk)
         select (lpad(to_hex(ms), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid,
                to_timestamp(ms / 1000.0), account, 'prod', 'p' || hash, 'GET', '/signature/documents/{documentId}', 200,
                3.5, '.NET 2.1.0'
           from (select $1::bigint + n * $2::bigint / $3::bigint as ms, md5(n::text || $1::text) as hash,
                        ($4::uuid[])[1 + n % cardinality($4::uuid[])] as account
                   from generate_series(0, $3::bigint - 1) as n) as made`,
        [fromMs, DAY_MS, rows, accountIds],
      );
    },
    { timeoutMs: 3_600_000 },
  );
}

async function search(accountIds: readonly string[]): Promise<void> {
  const log = createRequestLog({ database, log: silentLog });
  const { rows } = await database.query<{ id: string; account_id: string }>(
    `select id, account_id from requests tablesample system (0.1) order by random() limit $1`,
    [SEARCHES],
  );
  const bare = await timed(rows, () => database.query({ name: 'bare', text: 'select 1' }));
  const byId = await timed(rows, ({ id }) => log.find(id.replaceAll('-', '')));
  const owned = await timed(rows, ({ id, account_id: accountId }) => log.find(id, { accountId, environment: 'prod' }));
  const list = await timed(rows.slice(0, 300), (_row, index) =>
    log.list({ accountId: accountIds[index % ACCOUNTS]!, environment: 'prod' }, { limit: 50 }),
  );
  console.log(`  select 1                        ${bare}`);
  console.log(`  find by id                      ${byId}`);
  console.log(`  find by id, of an account       ${owned}`);
  console.log(`  newest 50 of an account         ${list}`);
  const { rows: plan } = await database.query(
    `explain (analyze, costs off) select * from requests where id = '${rows[0]!.id}'`,
  );
  console.log(plan.map((row) => `    ${Object.values(row)[0]}`).join('\n'));
  await log.close();
}

async function timed<Row>(rows: readonly Row[], work: (row: Row, index: number) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (const [index, row] of rows.entries()) {
    const from = performance.now();
    await work(row, index);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0;
  return `p50 ${median(times).toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   worst ${times.at(-1)?.toFixed(1)} ms`;
}

async function write(): Promise<void> {
  const log = createRequestLog({ database, log: silentLog, maxWaiting: RECORDS });
  const records = Array.from({ length: RECORDS }, (): RequestRecord => {
    const receivedAt = new Date();
    return {
      id: uuidv7(receivedAt).replaceAll('-', ''),
      receivedAt,
      accountId: uuidv7(receivedAt),
      environment: 'prod',
      clientId: `p${'0'.repeat(32)}`,
      method: 'GET',
      path: '/signature/documents/{documentId}',
      status: 200,
      durationMs: 3.5,
      errorCode: undefined,
      sdk: '.NET 2.1.0',
      clientRequestId: undefined,
      traceId: undefined,
    };
  });
  const started = performance.now();
  for (const record of records) log.record(record);
  const recorded = performance.now() - started;
  const cpu = process.cpuUsage();
  await log.flush();
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `  ${RECORDS} records: ${((recorded * 1000) / RECORDS).toFixed(2)} µs each in the request, ` +
      `${((user + system) / RECORDS).toFixed(1)} µs of processor time each to write, ` +
      `${(RECORDS / Number(seconds(started))).toFixed(0)} written per second`,
  );
  await log.close();
}

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1);
}
