import type { Transaction } from '../kernel/db/database.ts';
import { DOCUMENT_STATUSES } from './contract/document.ts';

/** A block with more documents than this is cut into blocks of `BLOCK_SIZE`. */
const MAX_BLOCK_SIZE = 2000;
const BLOCK_SIZE = 1000;

/** Any number, the same in every replica: one of them folds at a time. */
const LOCK = 5_349_175;

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
const COLUMNS = DOCUMENT_STATUSES.join(', ');

interface Block {
  account_id: string;
  environment: string;
  series: string;
  starts_at: string;
  starts_id: string;
}

/**
 * Moves at most `count` changes into the block counts, and cuts the blocks that have grown too big. Readers see the same
 * numbers before and after. Answers how many were moved: 0 when there are none, or when another process is at it.
 */
export async function foldCountChanges(tx: Transaction, count: number): Promise<number> {
  const { rows: locks } = await tx.query<{ locked: boolean }>('select pg_try_advisory_xact_lock($1) as locked', [LOCK]);
  if (!locks[0]?.locked) return 0;
  const { rows } = await tx.query<Block & { size: number; folded: number }>(
    `with folded as (
       delete from document_count_changes
        where ctid = any (array(select ctid from document_count_changes limit $1))
       returning *
     ), located as (
       select f.account_id, f.environment, f.series, f.status, f.change,
              coalesce(block.starts_at, '-infinity') as starts_at, coalesce(block.starts_id, '${LOWEST_ID}') as starts_id
         from folded f left join lateral (
           select b.starts_at, b.starts_id from document_blocks b
            where b.account_id = f.account_id and b.environment = f.environment and b.series = f.series
              and (b.starts_at, b.starts_id) <= (f.created_at, f.document_id)
            order by b.starts_at desc, b.starts_id desc limit 1
         ) as block on true
     ), changed as (
       insert into document_blocks as b (account_id, environment, series, starts_at, starts_id, ${COLUMNS})
       select account_id, environment, series, starts_at, starts_id,
              ${DOCUMENT_STATUSES.map((status) => `coalesce(sum(change) filter (where status = '${status}'), 0)`).join(', ')}
         from located group by 1, 2, 3, 4, 5
       on conflict (account_id, environment, series, starts_at, starts_id) do update
         set ${DOCUMENT_STATUSES.map((status) => `${status} = b.${status} + excluded.${status}`).join(', ')}
       returning account_id, environment, series, starts_at::text, starts_id, ${DOCUMENT_STATUSES.join(' + ')} as size
     )
     select changed.*, (select count(*) from folded) as folded from changed`,
    [count],
  );
  for (const block of rows) if (block.size > MAX_BLOCK_SIZE) await cutBlock(tx, block);
  return rows[0]?.folded ?? 0;
}

/**
 * Counts the block's documents anew, in pieces. Changes that are visible but not folded yet are not part of a block's
 * count, so they are taken off again.
 */
async function cutBlock(tx: Transaction, block: Block): Promise<void> {
  const source =
    block.series === ''
      ? `select created_at, id, status from documents
          where account_id = $1 and environment = $2 and erased_at is null`
      : `select created_at, document_id as id, status from document_tags
          where account_id = $1 and environment = $2 and tag = $3`;
  await tx.query(
    `with bounds as materialized (
       select coalesce(max(starts_at), 'infinity') as ends_at,
              coalesce((array_agg(starts_id))[1], '${LOWEST_ID}') as ends_id
         from (select starts_at, starts_id from document_blocks
                where account_id = $1 and environment = $2 and series = $3
                  and (starts_at, starts_id) > ($4::timestamptz, $5::uuid)
                order by starts_at, starts_id limit 1) as following
     ), placed as (
       select created_at, id, status, row_number() over (order by created_at, id) - 1 as place
         from (${source}) as d
        where (created_at, id) >= ($4, $5)
          and (created_at, id) < ((select ends_at from bounds), (select ends_id from bounds))
     ), counted as materialized (
       select place / ${BLOCK_SIZE} as piece,
              case when place / ${BLOCK_SIZE} = 0 then $4
                   else max(created_at) filter (where place % ${BLOCK_SIZE} = 0) end as starts_at,
              case when place / ${BLOCK_SIZE} = 0 then $5
                   else (array_agg(id) filter (where place % ${BLOCK_SIZE} = 0))[1] end as starts_id,
              ${DOCUMENT_STATUSES.map((status) => `count(*) filter (where status = '${status}') as ${status}`).join(', ')}
         from placed group by 1
     ), unfolded as materialized (
       select (select piece from counted
                where (starts_at, starts_id) <= (c.created_at, c.document_id) order by piece desc limit 1) as piece,
              status, change
         from document_count_changes c
        where account_id = $1 and environment = $2 and series = $3 and (created_at, document_id) >= ($4, $5)
          and (created_at, document_id) < ((select ends_at from bounds), (select ends_id from bounds))
     )
     insert into document_blocks (account_id, environment, series, starts_at, starts_id, ${COLUMNS})
     select $1::uuid, $2::text, $3::text, starts_at, starts_id,
            ${DOCUMENT_STATUSES.map(
              (status) =>
                `${status} - coalesce((select sum(change) from unfolded u where u.piece = counted.piece and status = '${status}'), 0)`,
            ).join(', ')}
       from counted
     on conflict (account_id, environment, series, starts_at, starts_id) do update
       set ${DOCUMENT_STATUSES.map((status) => `${status} = excluded.${status}`).join(', ')}`,
    [block.account_id, block.environment, block.series, block.starts_at, block.starts_id],
  );
}
