import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { ensurePartitions } from '../kernel/db/partitions.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { DOCUMENT_STATUSES, type DocumentStatus } from './contract/document.ts';
import { foldCounts } from './fold-counts.ts';
import { listSummaries, type SummaryFilters, type SummaryScope } from './summary-store.ts';

const SCOPE: SummaryScope = { accountId: '0195a000-0000-7000-8000-00000000000a', environment: 'test' };
const OTHER: SummaryScope = { accountId: '0195a000-0000-7000-8000-00000000000b', environment: 'test' };
const START = Date.UTC(2026, 10, 1);
const TAGS = ['lease', 'loan', 'north'];

/** What the test knows of a row that it wrote itself. */
interface Known {
  id: string;
  createdAt: Date;
  status: DocumentStatus;
  tags: string[];
  erased: boolean;
}

function newRows(
  count: number,
  choose: (index: number) => { createdMs: number; status: DocumentStatus; tags: string[] },
) {
  return Array.from({ length: count }, (_, index): Known => {
    const { createdMs, status, tags } = choose(index);
    return { id: uuidv7(new Date(createdMs)), createdAt: new Date(createdMs), status, tags, erased: false };
  });
}

async function insertRows(database: Database, rows: Known[], scope = SCOPE): Promise<void> {
  const hash = createHash('sha256').update('chain').digest();
  await database.query(
    `insert into documents (id, account_id, environment, external_id, status, request, file_format, content_sha256,
                            content_size_bytes, required_signatures, evidence_sequence, evidence_hash, deadline,
                            created_at, updated_at)
     select (r ->> 'id')::uuid, $2, $3, r ->> 'id', r ->> 'status',
            jsonb_build_object('title', 'Lease', 'advanced', jsonb_build_object('tags', r -> 'tags')), 'pdf', 'ff', 1, 1, 1,
            $4, now(), (r ->> 'createdAt')::timestamptz, (r ->> 'createdAt')::timestamptz
       from jsonb_array_elements($1::jsonb) as r`,
    [JSON.stringify(rows), scope.accountId, scope.environment, hash],
  );
}

function newestFirst(a: Known, b: Known): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
}

function expected(rows: Known[], filters: SummaryFilters): string[] {
  return rows
    .filter(
      (row) =>
        !row.erased &&
        (!filters.statuses || filters.statuses.includes(row.status)) &&
        (!filters.tags || filters.tags.some((tag) => row.tags.includes(tag))) &&
        (!filters.createdFrom || row.createdAt >= filters.createdFrom) &&
        (!filters.createdTo || row.createdAt < filters.createdTo),
    )
    .sort(newestFirst)
    .map((row) => row.id);
}

const minute = fc.integer({ min: 0, max: 300 }).map((value) => new Date(START + value * 60_000));
const someFilters: fc.Arbitrary<SummaryFilters> = fc.record(
  {
    statuses: fc.subarray([...DOCUMENT_STATUSES], { minLength: 1 }),
    tags: fc.subarray(TAGS, { minLength: 1 }),
    createdFrom: minute,
    createdTo: minute,
  },
  { requiredKeys: [] },
);

describeOnEachDatabase('lists of documents', (open) => {
  it('answers the same as counting and sorting every row, with blocks, unfolded changes and erased documents', async () => {
    const database = await open();
    const random = (below: number) => Math.floor(Math.random() * below);
    const some = (count: number) =>
      newRows(count, () => ({
        createdMs: START + random(300) * 60_000,
        status: DOCUMENT_STATUSES[random(6)]!,
        tags: TAGS.filter(() => random(3) === 0),
      }));
    const rows: Known[] = [];
    const add = async (count: number) => {
      const more = some(count);
      await insertRows(database, more);
      rows.push(...more);
    };
    const change = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const row = rows[random(rows.length)]!;
        if (random(4) === 0) {
          await database.query('update documents set erased_at = created_at where id = $1', [row.id]);
          row.erased = true;
        } else {
          row.status = DOCUMENT_STATUSES[random(6)]!;
          await database.query('update documents set status = $2 where id = $1', [row.id, row.status]);
        }
      }
    };
    const compare = async (runs: number) =>
      fc.assert(
        fc.asyncProperty(
          someFilters,
          fc.integer({ min: 0, max: 7000 }),
          fc.integer({ min: 1, max: 100 }),
          async (filters, offset, limit) => {
            const all = expected(rows, filters);
            const { size, summaries } = await listSummaries(database, SCOPE, filters, { offset, limit });
            expect(size).toBe(all.length);
            expect(summaries.map((one) => one.id)).toEqual(all.slice(offset, offset + limit));
          },
        ),
        { numRuns: runs },
      );

    await insertRows(database, some(40), OTHER);
    await add(300);
    await compare(20);
    await foldCounts(database);
    await add(4500);
    await change(40);
    await foldCounts(database);
    const { rows: blocks } = await database.query<{ count: number }>(
      `select count(*) from document_blocks where account_id = $1 and series = ''`,
      [SCOPE.accountId],
    );
    expect(blocks[0]!.count).toBeGreaterThan(3);
    await compare(40);
    await add(700);
    await change(60);
    await compare(40);
    await add(1500);
    await foldCounts(database);
    await compare(40);
  });

  it('counts documents once that move from the default partition to that of their month', async () => {
    const database = await open();
    const later = Date.UTC(2031, 4, 10);
    const rows = newRows(5, (index) => ({ createdMs: later + index, status: 'unsigned', tags: ['lease'] }));
    await insertRows(database, rows);
    expect(await ensurePartitions(database, new Date(later))).toContain('documents_2031_05');
    const all = await listSummaries(database, SCOPE, {}, { offset: 0, limit: 10 });
    expect([all.size, all.summaries.length]).toEqual([5, 5]);
    await database.query(`update documents set status = 'signed' where id = $1`, [rows[0]!.id]);
    const signed = await listSummaries(
      database,
      SCOPE,
      { statuses: ['signed'], tags: ['lease'] },
      { offset: 0, limit: 10 },
    );
    expect([signed.size, signed.summaries.map((one) => one.id)]).toEqual([1, [rows[0]!.id]]);
  });

  it('counts a document whose tags change under the new ones', async () => {
    const database = await open();
    const rows = newRows(2, () => ({ createdMs: START, status: 'unsigned', tags: ['lease'] }));
    await insertRows(database, rows);
    await foldCounts(database);
    await database.query(
      `update documents set request = jsonb_set(request, '{advanced,tags}', '["loan", "north"]') where id = $1`,
      [rows[0]!.id],
    );
    const sizeOf = async (...tags: string[]) =>
      (await listSummaries(database, SCOPE, { tags }, { offset: 0, limit: 10 })).size;
    expect([await sizeOf('lease'), await sizeOf('loan'), await sizeOf('north', 'lease')]).toEqual([1, 1, 2]);
  });

  it('keeps the numbers right for a reader while changes are being folded', async () => {
    const database = await open();
    await insertRows(
      database,
      newRows(3000, (index) => ({ createdMs: START + index, status: 'unsigned', tags: [] })),
    );
    let folding = true;
    const fold = foldCounts(database).finally(() => {
      folding = false;
    });
    let reads = 0;
    do {
      const { size, summaries } = await listSummaries(database, SCOPE, {}, { offset: 2000, limit: 10 });
      expect(size).toBe(3000);
      expect(summaries[0]!.createdAt).toEqual(new Date(START + 999));
      reads += 1;
    } while (folding);
    await fold;
    expect(reads).toBeGreaterThan(0);
  });
});
