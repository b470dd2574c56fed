import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type DatabaseKind, type DatabaseLocation, freshLocation, removeLocation } from '@segl/test-kit/databases';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answer, Order } from '../../packages/server/src/notification/notification-process.testing.ts';
import {
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../packages/server/src/notification/webhook-receiver.testing.ts';

const PROCESS = fileURLToPath(
  new URL('../../packages/server/src/notification/notification-process.testing.ts', import.meta.url),
);
/** Twenty take minutes; a handful is enough for every run of the suite. */
const KILLS = Number(process.env.SEGL_TEST_KILLS ?? 5);
const EVENTS_PER_LIFE = 60;
/** Short, so that what a dead process had taken on is soon taken on again. */
const LEASE_MS = 1_500;
const HANGING = 0;
const FAILING = 1;
const ENDPOINTS = 6;
const isHealthy = (number: number) => number % ENDPOINTS > FAILING;

describe.each(['embedded', 'postgresql'] as const)('webhooks on the %s database', (kind: DatabaseKind) => {
  let location: DatabaseLocation | undefined;
  let child: ChildProcess | undefined;
  const receivers: WebhookReceiver[] = [];
  /** Numbers of events that were committed for certain. */
  const committed = new Map<number, string>();

  afterEach(async () => {
    await kill();
    for (const receiver of receivers) await receiver.close();
    if (location) await removeLocation(location);
  });

  async function start(): Promise<ChildProcess> {
    const started = fork(PROCESS, [JSON.stringify(location), String(LEASE_MS)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    started.on('message', (answer: Answer) => {
      if (typeof answer === 'object' && 'committed' in answer) committed.set(answer.committed, answer.eventId);
    });
    const first = await Promise.race([once(started, 'message'), once(started, 'exit')]);
    expect(first).toEqual(['ready', undefined]);
    return started;
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  it(`R-6, G-1, G-2: lose no event when the process is killed ${KILLS} times, repeat one with its own id, and keep the order of each document`, async () => {
    location = await freshLocation(kind);
    for (let index = 0; index < ENDPOINTS; index += 1) {
      const receiver = await startWebhookReceiver();
      if (index === HANGING) receiver.respond(() => new Promise(() => undefined));
      if (index === FAILING) receiver.respond({ status: 500 });
      receivers.push(receiver);
    }
    for (let life = 0; life <= KILLS; life += 1) {
      const process = await start();
      if (life === 0) {
        process.send({ webhooks: receivers.map(({ url }) => url) } satisfies Order);
        await once(process, 'message');
      }
      const append = { first: life * EVENTS_PER_LIFE, count: EVENTS_PER_LIFE, perSecond: 100, documents: 18 };
      process.send({ append: { ...append, endpoints: ENDPOINTS } } satisfies Order);
      if (life === KILLS) break;
      const before = committed.size;
      const lived = 5 + Math.random() * (EVENTS_PER_LIFE - 20);
      await expect.poll(() => committed.size - before, { timeout: 30_000, interval: 5 }).toBeGreaterThan(lived);
      await kill();
    }
    const healthy = () => receivers.slice(FAILING + 1).flatMap(({ received }) => received);
    const arrived = () => new Set(healthy().map(({ event }) => event.id));
    const last = (KILLS + 1) * EVENTS_PER_LIFE - 1;
    await expect.poll(() => committed.has(last), { timeout: 30_000 }).toBe(true);
    const wanted = [...committed].filter(([number]) => isHealthy(number)).map(([, id]) => id);
    const missing = () => {
      const ids = arrived();
      return wanted.filter((id) => !ids.has(id));
    };
    await expect.poll(missing, { timeout: 60_000, interval: 250 }).toEqual([]);

    const idsOf = Map.groupBy(
      healthy().filter(({ event }) => event.type !== 'ping'),
      ({ event }) => event.payload.number as number,
    );
    for (const [number, deliveries] of idsOf) {
      const ids = new Set(deliveries.flatMap(({ event, headers }) => [event.id, headers['webhook-id']]));
      expect([number, ids.size]).toEqual([number, 1]);
    }
    const repeated = [...idsOf.values()].filter((deliveries) => deliveries.length > 1).length;
    console.info(`${kind}: ${wanted.length} events, ${KILLS} kills, ${repeated} delivered more than once`);
    for (const receiver of receivers.slice(FAILING + 1)) expect(outOfOrder(receiver)).toEqual([]);
  }, 300_000);
});

/** Numbers rise with time, so that the first arrivals of a document must, too. */
function outOfOrder({ received }: WebhookReceiver): number[] {
  const lastOf = new Map<unknown, number>();
  const seen = new Set<string>();
  return received.flatMap(({ event }) => {
    if (event.type === 'ping' || seen.has(event.id)) return [];
    seen.add(event.id);
    const { documentId, number } = event.payload as { documentId: string; number: number };
    const before = lastOf.get(documentId) ?? -1;
    lastOf.set(documentId, Math.max(before, number));
    return number < before ? [number] : [];
  });
}
