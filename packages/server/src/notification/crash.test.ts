import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DatabaseLocation, freshLocation, removeLocation } from '../../../test-kit/src/databases.ts';
import type { Answer, Order } from './notification-process.testing.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

const PROCESS = fileURLToPath(new URL('notification-process.testing.ts', import.meta.url));
const EVENTS = 25;

let location: DatabaseLocation | undefined;
let receiver: WebhookReceiver;
const children: ChildProcess[] = [];

beforeEach(async () => {
  receiver = await startWebhookReceiver();
});

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await receiver.close();
  if (location) await removeLocation(location);
  location = undefined;
});

async function start(): Promise<ChildProcess> {
  const child = fork(PROCESS, [JSON.stringify(location), '1500'], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [`ended with ${code}`]),
  ]);
  expect(message).toBe('ready');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function order(child: ChildProcess, what: Order): Promise<void> {
  const done = new Promise<void>((resolve) => {
    child.on('message', (answer: Answer) => answer === 'done' && resolve());
  });
  child.send(what);
  await done;
}

async function pendingIn(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('pending?');
  const [{ pending }] = await answer;
  return pending;
}

it.each(['embedded', 'postgresql'] as const)(
  'loses no delivery when the process is killed in the middle (%s)',
  async (kind) => {
    location = await freshLocation(kind);
    // Some are answered, some not: the process dies with attempts in every state.
    receiver.respond(({ event }) => (Number(event.payload.number) % 3 === 0 ? { status: 200 } : new Promise(() => {})));
    const first = await start();
    await order(first, { webhooks: [receiver.url] });
    await order(first, { append: { first: 1, count: EVENTS, perSecond: 1_000, documents: EVENTS, endpoints: 1 } });
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(8);
    await kill(first);
    const before = new Set(receiver.received.map((one) => one.event.id));

    receiver.respond({ status: 200 });
    const second = await start();
    await expect.poll(() => pendingIn(second), { timeout: 45_000, interval: 250 }).toBe(0);

    const numbers = receiver.received.filter((one) => one.event.type !== 'ping').map((one) => one.event.payload.number);
    expect([...new Set(numbers)].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: EVENTS }, (_, index) => index + 1),
    );
    const repeated = receiver.received.filter(
      (one, index, all) => all.findIndex((other) => other.event.id === one.event.id) < index,
    );
    expect(repeated.length).toBeGreaterThan(0);
    expect(repeated.every((one) => before.has(one.event.id))).toBe(true);
  },
  90_000,
);
