import { beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database, Statement, Transaction } from '../kernel/db/database.ts';
import { NotificationUnderTest } from './notification.testing.ts';
import { type ClaimedKind, claimDueDeliveries, noteNextWake } from './store.ts';

const PENDING = 60_000;
/** Rows that a statement may look at and leave; the webhooks have thousands. */
const FEW = 100;

describeOnEachDatabase('what is pending', (openDatabase) => {
  let database: Database;
  let webhookIds: { retrying: number; troubled: number };
  let now: Date;

  beforeAll(async () => {
    database = await openDatabase();
    const segl = new NotificationUnderTest(database);
    const url = 'http://127.0.0.1:20000/';
    webhookIds = { retrying: (await segl.createWebhook({ url })).id, troubled: (await segl.createWebhook({ url })).id };
    now = segl.deps.clock.now();
    await segl.close();
    // One waits for retries that are hours away, with one event that is due; for the other everything is due.
    await database.query(
      `insert into webhook_deliveries (id, webhook_id, event_id, event_type, document_id, occurred_at, body, attempts, due_at)
       select gen_random_uuid(), case when n % 2 = 0 then $1::integer else $2::integer end, gen_random_uuid(),
              'document_created', gen_random_uuid(), $3::timestamptz - n * interval '1 second', repeat('x', 300),
              case when n % 2 = 0 and n > 0 then 3 else 0 end,
              $3::timestamptz + case when n % 2 = 0 and n > 0 then n else -n end * interval '1 second'
         from generate_series(0, $4::integer - 1) n`,
      [webhookIds.retrying, webhookIds.troubled, now, PENDING],
    );
    await database.query(`update webhook_states set next_probe_at = $2 where webhook_id = $1`, [
      webhookIds.troubled,
      new Date(now.getTime() + 60_000),
    ]);
    await database.query('analyze webhook_deliveries');
  });

  /** What the planner chose for the statement that `run` makes, and what became of it. Nothing is kept. */
  async function plan(run: (tx: Transaction) => Promise<unknown>): Promise<string> {
    let lines: string[] = [];
    const undone = new Error('undone');
    await database
      .transaction(async (tx) => {
        const explaining: Transaction = {
          ...tx,
          query: async <Row>(statement: Statement) => {
            const { text, values } = statement as Exclude<Statement, string>;
            const explained = await tx.query<{ 'QUERY PLAN': string }>(
              `explain (analyze, costs off, timing off, summary off) ${text}`,
              values,
            );
            lines = explained.rows.map((row) => row['QUERY PLAN']);
            return { rows: [] as Row[], rowCount: 0 };
          },
        };
        await run(explaining);
        throw undone;
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error;
      });
    return lines.join('\n');
  }

  function expectFewRows(text: string): void {
    expect(text).not.toContain('Seq Scan on webhook_deliveries');
    for (const [line] of text.matchAll(/.*(?:Rows Removed by Filter: |actual rows=)\d+(?:\.\d+)?.*/g)) {
      const counts = [...line.matchAll(/(?:Removed by Filter: |rows=)(\d+(?:\.\d+)?)/g)].map((one) => Number(one[1]));
      expect([line.trim(), Math.max(...counts) <= FEW]).toEqual([line.trim(), true]);
    }
  }

  it.each([
    ['the next one among retries that are hours away', 'retrying', 'all', 'webhook_deliveries_due'],
    ['the probe of a webhook in trouble', 'troubled', 'events', 'webhook_deliveries_due'],
    ['a ping while everything else waits', 'troubled', 'pings', 'webhook_deliveries_pings'],
  ] as const)('R-6: is searched by index for %s', async (_what, webhook, kind: ClaimedKind, index) => {
    const text = await plan((tx) =>
      claimDueDeliveries(tx, webhookIds[webhook], {
        now: { real: now, account: now },
        leaseUntil: now,
        attemptIds: ['0195a000-0000-7000-8000-000000000001'],
        maxOpen: 8,
        kind,
      }),
    );
    expect(text).toContain(index);
    expectFewRows(text);
  });

  it.each(['retrying', 'troubled'] as const)(
    'R-6: is searched by index for the time to look again (%s)',
    async (webhook) => {
      const text = await plan((tx) => noteNextWake(tx, webhookIds[webhook], { real: now, account: now }, now));
      expectFewRows(text);
    },
  );
});
