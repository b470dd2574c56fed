import { type DatabaseKind, freshDatabase, startPostgres } from '@segl/test-kit/databases';
import type { Database } from '../packages/server/src/kernel/db/database.ts';
import { ensurePartitions } from '../packages/server/src/kernel/db/partitions.ts';
import { foldCounts } from '../packages/server/src/signature/fold-counts.ts';
import {
  listSummaries,
  type SummaryFilters,
  type SummaryScope,
  summaryStatement,
} from '../packages/server/src/signature/summary-store.ts';
import { median } from './load.ts';

/**
 * Pages of document summaries in accounts of three sizes, in one database: how long the statement takes that finds size
 * and page, beside `count(*)` and `offset` on the same rows. With `plans`, the plan of a page in the middle.
 *
 *     npm run bench -- list [embedded|postgresql] [plans]
 */
const SIZES: Record<DatabaseKind, readonly number[]> = {
  postgresql: [1_000, 100_000, 1_000_000],
  embedded: [1_000, 100_000],
};
const LIMIT = 100;
const RUNS = 15;
const MONTHS = 12;
const MONTH_MS = 30 * 24 * 3_600_000;
const CHUNK = 20_000;
const NOW = new Date();
const OLDEST = new Date(NOW.getTime() - (MONTHS - 1) * MONTH_MS);

const wanted = process.argv.slice(2).filter((kind): kind is DatabaseKind => kind in SIZES);
const postgres = await startPostgres();
process.env.SEGL_TEST_POSTGRES_URL = postgres.url;
try {
  for (const kind of wanted.length > 0 ? wanted : (['postgresql', 'embedded'] as const)) await measure(kind);
} finally {
  await postgres.stop();
}

function scopeOf(size: number): SummaryScope {
  return { accountId: `019f0000-0000-7000-8000-${String(size).padStart(12, '0')}`, environment: 'test' };
}

async function measure(kind: DatabaseKind): Promise<void> {
  const database = await freshDatabase(kind);
  try {
    await ensurePartitions(database, OLDEST, MONTHS);
    for (const size of SIZES[kind]) await fill(database, size);
    for (const table of ['documents', 'signers', 'document_tags', 'document_blocks', 'document_count_changes']) {
      await database.query(`vacuum (analyze) ${table}`);
    }
    console.log(`\n${kind}: milliseconds per page of ${LIMIT}, median of ${RUNS}`);
    const columns = ['first', 'middle', 'last', 'size', 'naive middle'];
    console.log(
      `  ${'documents'.padStart(9)}  ${'filter'.padEnd(34)}${columns.map((one) => one.padStart(14)).join('')}`,
    );
    for (const size of SIZES[kind]) await measureAccount(database, size);
    if (process.argv.includes('plans')) await showPlans(database, SIZES[kind].at(-1) ?? 0);
  } finally {
    await database.close();
  }
}

/** Documents spread evenly over a year, one in ten with a tag, each with one signer, most of them signed. */
async function fill(database: Database, size: number): Promise<void> {
  const { accountId, environment } = scopeOf(size);
  for (let first = 0; first < size; first += CHUNK) {
    await database.query(
      `with numbered as (
         select n, $3::timestamptz + ($4::timestamptz - $3::timestamptz) * (n::float8 / $5::int) as at
           from generate_series($6::int, $7::int - 1) as n
       ), documents_made as (
         select n, date_trunc('milliseconds', at) as at,
                (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
                 || '8' || substr(md5($1::uuid::text || n), 1, 15))::uuid as id
           from numbered
       ), document as (
         insert into documents (id, account_id, environment, external_id, status, request, file_format, content_sha256,
                                content_size_bytes, required_signatures, evidence_sequence, evidence_hash, deadline,
                                created_at, updated_at, signed_at)
         select id, $1::uuid, $2, 'contract-' || n,
                (array['signed','signed','signed','signed','signed','signed','signed','signed','signed','signed','signed','signed','signed',
                       'signed','signed','signed','expired','canceled','unsigned','partialsigned'])[n::bigint * 7919 % 20 + 1],
                jsonb_build_object('title', 'Lease agreement ' || n, 'externalId', 'contract-' || n,
                                   'dataToSign', jsonb_build_object('fileName', 'lease.pdf', 'base64Content', ''),
                                   'contactDetails', jsonb_build_object('email', 'sender@example.org'),
                                   'description', repeat('About the flat on the second floor. ', 20),
                                   'advanced', jsonb_build_object('tags', case when n % 10 = 0 then '["north"]' else '[]' end::jsonb)),
                'pdf', md5(n::text), 100000, 1, 1, '\\x00', at + interval '30 days', at, at + interval '1 day', at + interval '1 day'
           from documents_made
       ), external as (
         insert into document_external_ids (account_id, environment, external_id, document_id, fingerprint)
         select $1::uuid, $2, 'contract-' || n, id, '\\x00' from documents_made
       )
       insert into signers (document_id, id, account_id, position, external_signer_id, sign_order, required, request)
       select id, md5('signer' || $1::uuid::text || n)::uuid, $1::uuid, 0, 'person-' || n % 50000, 0, false,
              jsonb_build_object('externalSignerId', 'person-' || n % 50000,
                                 'signerInfo', jsonb_build_object('firstName', 'Kari', 'lastName', 'Nordmann ' || n))
         from documents_made`,
      [accountId, environment, OLDEST, NOW, size, first, Math.min(first + CHUNK, size)],
    );
    await foldCounts(database);
  }
}

async function measureAccount(database: Database, documents: number): Promise<void> {
  const scope = scopeOf(documents);
  const from = new Date(NOW.getTime() - 8.4 * MONTH_MS);
  const to = new Date(NOW.getTime() - 2.7 * MONTH_MS);
  const { rows } = await database.query<{ id: string }>('select id from signers where account_id = $1 limit 1', [
    scope.accountId,
  ]);
  const filters: [string, SummaryFilters][] = [
    ['none', {}],
    ['status=unsigned', { statuses: ['unsigned'] }],
    ['status=signed,expired', { statuses: ['signed', 'expired'] }],
    ['fromDate, toDate', { createdFrom: from, createdTo: to }],
    ['fromDate, toDate, status=signed', { createdFrom: from, createdTo: to, statuses: ['signed'] }],
    ['tags=north', { tags: ['north'] }],
    ['tags=north, status=signed', { tags: ['north'], statuses: ['signed'] }],
    ['externalId', { externalId: 'contract-500' }],
    ['signerId', { signerId: rows[0]?.id }],
    ['externalSignerId', { externalSignerId: 'person-500' }],
    ['lastUpdated: newest 0.1 %', { updatedAfter: new Date(NOW.getTime() + 24 * 3_600_000 - 0.011 * MONTH_MS) }],
    ['title contains', { title: 'AGREEMENT 77' }],
    [
      'title contains, in 1 % of the time',
      { title: 'AGREEMENT', createdFrom: to, createdTo: new Date(to.getTime() + 0.11 * MONTH_MS) },
    ],
    ['nameOfSigner contains', { nameOfSigner: 'nordmann 77' }],
  ];
  for (const [name, filter] of filters) {
    const page = (offset: number) => listSummaries(database, scope, filter, { offset, limit: LIMIT });
    const { size } = await page(0);
    const half = Math.floor(size / 2);
    const runs = name.includes('contains') ? 1 : RUNS;
    const times = [0, half, Math.max(0, size - LIMIT)].map((offset) => timed(runs, () => page(offset)));
    const cells: string[] = [];
    for (const time of times) cells.push((await time()).toFixed(1));
    const naive = naiveStatement(scope, filter, half);
    cells.push(
      String(size),
      naive ? (await timed(3, () => database.query(naive.text, naive.values))()).toFixed(1) : '',
    );
    console.log(
      `  ${String(documents).padStart(9)}  ${name.padEnd(34)}${cells.map((one) => one.padStart(14)).join('')}`,
    );
  }
}

function timed(runs: number, work: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const times: number[] = [];
    const warmUps = runs > 1 ? 6 : 1;
    for (let run = 0; run < runs + warmUps; run++) {
      const started = performance.now();
      await work();
      if (run >= warmUps) times.push(performance.now() - started);
    }
    return median(times);
  };
}

/** Count and offset as one would write them first, for the filters on the document itself. */
function naiveStatement(scope: SummaryScope, filter: SummaryFilters, offset: number) {
  const { statuses, createdFrom, createdTo, ...others } = filter;
  if (Object.values(others).some((value) => value !== undefined)) return undefined;
  const values: unknown[] = [scope.accountId, scope.environment, offset];
  const conditions = ['account_id = $1', 'environment = $2', 'erased_at is null'];
  if (statuses) conditions.push(`status = any($${values.push(statuses)})`);
  if (createdFrom) conditions.push(`created_at >= $${values.push(createdFrom)}`);
  if (createdTo) conditions.push(`created_at < $${values.push(createdTo)}`);
  const where = conditions.join(' and ');
  return {
    text: `select (select count(*) from documents where ${where}) as size,
                  array(select id from documents where ${where} order by created_at desc, id desc
                         offset $3 limit ${LIMIT}) as ids`,
    values,
  };
}

async function showPlans(database: Database, documents: number): Promise<void> {
  for (const filter of [{}, { statuses: ['unsigned'] }] satisfies SummaryFilters[]) {
    const window = { offset: Math.floor(documents / ('statuses' in filter ? 40 : 2)), limit: LIMIT };
    const { text, values } = summaryStatement(scopeOf(documents), filter, window);
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, costs off, timing off) ${text}`,
      values,
    );
    console.log(`\n${JSON.stringify(filter)} at ${window.offset} of ${documents}`);
    for (const row of rows) if (/\(actual|Time/.test(row['QUERY PLAN'])) console.log(row['QUERY PLAN']);
  }
}
