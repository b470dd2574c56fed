import type { Database, Transaction } from './database.ts';

/** Any number, the same in every replica. */
const LOCK = 5_349_172;

const CHECK_VIOLATION = '23514';

interface PartitionedTable {
  name: string;
  /** Holds UUIDs version 7. */
  keyColumn: string;
  partitions: string[];
}

interface Month {
  /** `2026_11` */
  label: string;
  /** The smallest UUID version 7 of the month, and of the next one. */
  from: string;
  to: string;
}

/**
 * Makes the partitions of this month and the next `monthsAhead` of every table in `partitioned_tables`, and the default
 * partition. Rows of a month without partition are in the default one; they move when the month gets its own. One
 * query when there is nothing to do. Returns the names of the partitions made.
 */
export async function ensurePartitions(database: Database, now: Date, monthsAhead = 2): Promise<string[]> {
  const months = Array.from({ length: monthsAhead + 1 }, (_, offset) => monthOf(now, offset));
  const { rows } = await database.query<PartitionedTable>(
    `select name, attname as "keyColumn", array(
       select inhrelid::regclass::text from pg_inherits where inhparent = partrelid
     ) as partitions
     from partitioned_tables
     join pg_partitioned_table on partrelid = name::regclass
     join pg_attribute on attrelid = partrelid and attnum = partattrs[0]
     order by name`,
  );
  const made: string[] = [];
  for (const table of rows) {
    const missing = months.filter((month) => !table.partitions.includes(partitionName(table, month)));
    if (missing.length === 0) continue;
    await database.transaction(async (tx) => {
      if (database.kind === 'postgresql') await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
      await tx.query(`create table if not exists ${table.name}_default partition of ${table.name} default`);
      for (const month of missing) await makePartition(tx, table, month);
    });
    made.push(...missing.map((month) => partitionName(table, month)));
  }
  return made;
}

function partitionName(table: PartitionedTable, month: Month): string {
  return `${table.name}_${month.label}`;
}

async function makePartition(tx: Transaction, table: PartitionedTable, month: Month): Promise<void> {
  const partition = partitionName(table, month);
  const bounds = `for values from ('${month.from}') to ('${month.to}')`;
  await tx.query('savepoint make_partition');
  try {
    await tx.query(`create table if not exists ${partition} partition of ${table.name} ${bounds}`);
  } catch (error) {
    if ((error as { code?: string }).code !== CHECK_VIOLATION) throw error;
    await tx.query('rollback to savepoint make_partition');
    await moveFromDefault(tx, table, month);
  }
}

async function moveFromDefault(tx: Transaction, table: PartitionedTable, month: Month): Promise<void> {
  const partition = partitionName(table, month);
  await tx.query(`create table ${partition} (like ${table.name} including all)`);
  await tx.query(
    `with moved as (
       delete from ${table.name}_default where ${table.keyColumn} >= $1 and ${table.keyColumn} < $2 returning *
     )
     insert into ${partition} select * from moved`,
    [month.from, month.to],
  );
  await tx.query(
    `alter table ${table.name} attach partition ${partition} for values from ('${month.from}') to ('${month.to}')`,
  );
}

function monthOf(now: Date, offset: number): Month {
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
  const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset + 1, 1));
  return {
    label: start.toISOString().slice(0, 7).replace('-', '_'),
    from: firstUuidOf(start),
    to: firstUuidOf(end),
  };
}

/** RFC 9562 §5.7: the first 48 bits of a UUID version 7 are Unix milliseconds. */
function firstUuidOf(instant: Date): string {
  const hex = instant.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
