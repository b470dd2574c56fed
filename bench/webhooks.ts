import { type ChildProcess, fork } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DatabaseKind, freshLocation, removeLocation, startPostgres } from '@segl/test-kit/databases';
import type { Answer, Order } from '../packages/server/src/notification/notification-process.testing.ts';
import { percentile } from './load.ts';

/**
 * A hundred events a second to twenty receivers, of which one never answers and one always fails: how long it takes
 * from the commit of an event until it arrives at one of the others.
 *
 *     npm run bench -- webhooks [embedded|postgresql] [seconds]
 */
const ENDPOINTS = 20;
const HANGING = 0;
const FAILING = 1;
const PER_SECOND = 100;
const DOCUMENTS = 400;
const WARM_UP_SECONDS = 5;
const PROCESS = fileURLToPath(
  new URL('../packages/server/src/notification/notification-process.testing.ts', import.meta.url),
);

const args = process.argv.slice(2);
const seconds = Number(args.find((one) => /^\d+$/.test(one)) ?? 60);
const kinds = args.filter((one): one is DatabaseKind => one === 'embedded' || one === 'postgresql');
const postgres = await startPostgres({ durable: true });
process.env.SEGL_TEST_POSTGRES_URL = postgres.url;
try {
  for (const kind of kinds.length > 0 ? kinds : (['postgresql', 'embedded'] as const)) await measure(kind);
} finally {
  await postgres.stop();
}

interface Arrival {
  number: number;
  atMs: number;
}

async function measure(kind: DatabaseKind): Promise<void> {
  const location = await freshLocation(kind);
  const child = fork(PROCESS, [JSON.stringify(location)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const arrivals = new Map<string, Arrival[]>();
  const receivers: Server[] = [];
  try {
    await answered(child, 'ready');
    for (let index = 0; index < ENDPOINTS; index += 1) receivers.push(await receive(index, arrivals));
    const urls = receivers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await order(child, { webhooks: urls });

    const committed = new Map<string, { number: number; atMs: number }>();
    child.on('message', (message: Answer) => {
      if (typeof message === 'object' && 'committed' in message)
        committed.set(message.eventId, { number: message.committed, atMs: message.atMs });
    });
    const before = await processorMs(child);
    const count = (WARM_UP_SECONDS + seconds) * PER_SECOND;
    await order(child, {
      append: { first: 0, count, perSecond: PER_SECOND, documents: DOCUMENTS, endpoints: ENDPOINTS },
    });
    const healthy = [...committed].filter(([, { number }]) => number % ENDPOINTS > FAILING);
    for (let waited = 0; waited < 100 && healthy.some(([id]) => !arrivals.has(id)); waited += 1) await sleep(100);

    const perEvent = ((await processorMs(child)) - before) / count;
    const measured = healthy.filter(([, { number }]) => number >= WARM_UP_SECONDS * PER_SECOND);
    const delays = measured.flatMap(([id, { atMs }]) =>
      (arrivals.get(id) ?? []).slice(0, 1).map((one) => one.atMs - atMs),
    );
    delays.sort((one, other) => one - other);
    const lost = healthy.filter(([id]) => !arrivals.has(id)).length;
    const repeated = healthy.filter(([id]) => (arrivals.get(id)?.length ?? 0) > 1).length;
    const at = (share: number) => `${percentile(delays, share).toFixed(0)} ms`;
    console.log(
      `${kind}: ${measured.length} events to ${ENDPOINTS - 2} healthy receivers in ${seconds} s: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}; ${lost} lost, ${repeated} repeated, ${outOfOrder(arrivals)} out of order; ${perEvent.toFixed(1)} ms of processor time per event`,
    );
  } finally {
    child.kill('SIGKILL');
    for (const server of receivers) {
      server.closeAllConnections();
      server.close();
    }
    await removeLocation(location);
  }
}

/** Numbers rise with time, so that of each document they must come in rising order. */
function outOfOrder(arrivals: ReadonlyMap<string, Arrival[]>): number {
  const last = new Map<number, number>();
  let count = 0;
  const firsts = [...arrivals.values()].map((list) => list[0]!).sort((one, other) => one.atMs - other.atMs);
  for (const { number } of firsts) {
    if (number % ENDPOINTS <= FAILING) continue;
    const document = number % DOCUMENTS;
    if ((last.get(document) ?? -1) > number) count += 1;
    last.set(document, number);
  }
  return count;
}

async function receive(index: number, arrivals: Map<string, Arrival[]>): Promise<Server> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const atMs = performance.timeOrigin + performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      if (event.type !== 'ping') {
        const list = arrivals.get(event.id) ?? [];
        arrivals.set(event.id, [...list, { number: event.payload.number, atMs }]);
      }
      if (index !== HANGING) response.writeHead(index === FAILING ? 500 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function order(child: ChildProcess, what: Order): Promise<void> {
  const done = answered(child, 'done');
  child.send(what);
  await done;
}

function processorMs(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const listen = (message: Answer) => {
      if (typeof message !== 'object' || !('processorMs' in message)) return;
      child.off('message', listen);
      resolve(message.processorMs);
    };
    child.on('message', listen);
    child.send('pending?' satisfies Order);
  });
}

function answered(child: ChildProcess, wanted: Answer): Promise<void> {
  return new Promise((resolve, reject) => {
    const listen = (message: Answer) => {
      if (message !== wanted) return;
      child.off('message', listen);
      resolve();
    };
    child.on('message', listen);
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
  });
}
