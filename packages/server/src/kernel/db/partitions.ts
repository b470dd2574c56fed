import type { Database, Transaction } from './database.ts';

/** Any number, the same in every replica. */
const LOCK = 5_349_172;

const CHECK_VIOLATION = '23514';

interface PartitionedTable {
  name: string;
  /** Holds UUIDs version 7. */
  keyColumn: string;
  period: 'month' | 'day';
  keptDays: number | null;
  partitions: string[];
}

interface Period {
  /** `2026_11` or `2026_11_24` */
  label: string;
  /** The smallest UUID version 7 of the period, and of the next one. */
  from: string;
  to: string;
}

const DAY_MS = 24 * 3_600_000;
const DAYS_AHEAD = 3;
/** Dropping a partition needs the whole table for a moment. Whoever waits longer tries again the next time. */
const DROP_WAIT = '5s';

/**
 * Makes the partitions of every table in `partitioned_tables`: those of this month and the next `monthsAhead`, or those
 * of today and the next days, and the default partition. Rows of a period without partition are in the default one; they
 * move when the period gets its own. One query when there is nothing to do. Returns the names of the partitions made.
 */
export async function ensurePartitions(database: Database, now: Date, monthsAhead = 2): Promise<string[]> {
  const months = Array.from({ length: monthsAhead + 1 }, (_, offset) => monthOf(now, offset));
  const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, offset) => dayOf(now, offset));
  const made: string[] = [];
  for (const table of await listTables(database)) {
    const wanted = table.period === 'day' ? days : months;
    const missing = wanted.filter((period) => !table.partitions.includes(partitionName(table, period)));
    if (missing.length === 0) continue;
    await database.transaction(async (tx) => {
      if (database.kind === 'postgresql') await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
      await tx.query(`create table if not exists ${table.name}_default partition of ${table.name} default`);
      for (const period of missing) await makePartition(tx, table, period);
    });
    made.push(...missing.map((period) => partitionName(table, period)));
  }
  return made;
}

/**
 * Drops what is older than its table's `kept_days`: whole partitions, and single rows of the default one. Returns the
 * names of the partitions dropped.
 */
export async function dropOldPartitions(database: Database, now: Date): Promise<string[]> {
  const dropped: string[] = [];
  for (const table of await listTables(database)) {
    if (table.keptDays === null) continue;
    const oldest = new Date(now.getTime() - table.keptDays * DAY_MS);
    const old = table.partitions.filter((partition) => {
      const [, year, month, day] = /_(\d{4})_(\d{2})(?:_(\d{2}))?$/.exec(partition) ?? [];
      if (year === undefined) return false;
      const end = day
        ? Date.UTC(Number(year), Number(month) - 1, Number(day) + 1)
        : Date.UTC(Number(year), Number(month), 1);
      return end <= oldest.getTime();
    });
    await database.transaction(async (tx) => {
      if (database.kind === 'postgresql') {
        await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
        await tx.query(`set local lock_timeout = '${DROP_WAIT}'`);
      }
      for (const partition of old) await tx.query(`drop table if exists ${partition}`);
      await tx.query(`delete from ${table.name}_default where ${table.keyColumn} < $1`, [firstUuidOf(oldest)]);
    });
    dropped.push(...old);
  }
  return dropped;
}

async function listTables(database: Database): Promise<PartitionedTable[]> {
  const { rows } = await database.query<PartitionedTable>(
    `select name, attname as "keyColumn", period, kept_days as "keptDays", array(
       select inhrelid::regclass::text from pg_inherits where inhparent = partrelid
     ) as partitions
     from partitioned_tables
     join pg_partitioned_table on partrelid = name::regclass
     join pg_attribute on attrelid = partrelid and attnum = partattrs[0]
     order by name`,
  );
  return rows;
}

function partitionName(table: PartitionedTable, period: Period): string {
  return `${table.name}_${period.label}`;
}

async function makePartition(tx: Transaction, table: PartitionedTable, period: Period): Promise<void> {
  const partition = partitionName(table, period);
  const bounds = `for values from ('${period.from}') to ('${period.to}')`;
  await tx.query('savepoint make_partition');
  try {
    await tx.query(`create table if not exists ${partition} partition of ${table.name} ${bounds}`);
  } catch (error) {
    if ((error as { code?: string }).code !== CHECK_VIOLATION) throw error;
    await tx.query('rollback to savepoint make_partition');
    await moveFromDefault(tx, table, period);
  }
}

async function moveFromDefault(tx: Transaction, table: PartitionedTable, period: Period): Promise<void> {
  const partition = partitionName(table, period);
  await tx.query(`create table ${partition} (like ${table.name} including all)`);
  await tx.query(
    `with moved as (
       delete from ${table.name}_default where ${table.keyColumn} >= $1 and ${table.keyColumn} < $2 returning *
     )
     insert into ${partition} select * from moved`,
    [period.from, period.to],
  );
  await tx.query(
    `alter table ${table.name} attach partition ${partition} for values from ('${period.from}') to ('${period.to}')`,
  );
}

function monthOf(now: Date, offset: number): Period {
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
  const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset + 1, 1));
  return {
    label: start.toISOString().slice(0, 7).replace('-', '_'),
    from: firstUuidOf(start),
    to: firstUuidOf(end),
  };
}

function dayOf(now: Date, offset: number): Period {
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + offset));
  return {
    label: start.toISOString().slice(0, 10).replaceAll('-', '_'),
    from: firstUuidOf(start),
    to: firstUuidOf(new Date(start.getTime() + DAY_MS)),
  };
}

/** RFC 9562 §5.7: the first 48 bits of a UUID version 7 are Unix milliseconds. */
function firstUuidOf(instant: Date): string {
  const hex = instant.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
