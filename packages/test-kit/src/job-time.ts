import type { Queryable } from '../../server/src/kernel/db/database.ts';

/** Lets time pass for jobs that wait or run: the queue goes by the database's clock, which a test cannot move. */
export async function letJobsWait(database: Queryable, seconds: number): Promise<void> {
  await database.query(
    `update pgboss.job
     set start_after = start_after - $1 * interval '1 second', heartbeat_on = heartbeat_on - $1 * interval '1 second'
     where state in ('created', 'retry', 'active')`,
    [seconds],
  );
}
