import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deliveryHeaders } from '../packages/server/src/notification/sign-delivery.ts';

/**
 * Forwards events to a program on this machine, as webhooks would, and prints them. It reads the log of events, so that
 * Segl needs to reach nothing: it works against any instance, through any firewall.
 */
const USAGE = `npm run listen -- <address> [options]

  <address>          where events are posted to: http://localhost:3000/webhooks, or a port alone
  --type <types>     only these types of events, separated by commas
  --tag <tags>       only events with one of these tags, separated by commas
  --secret <secret>  signs with it; absent: a secret of its own, the same at every start
  --all              at the first start also the events of the last 30 days
  --state <file>     where the place in the log is kept; absent: a file of .cache/

The instance is SEGL_PUBLIC_URL (http://localhost:8642); id and secret of a client, as printed at its start, come from
SEGL_CLIENT_ID and SEGL_CLIENT_SECRET. An address that is down is waited for; any answer of it counts as received.
`;

const LOOK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 10_000;
/** So small that a restart has little to remember. */
const PAGE = 25;

interface Event {
  id: string;
  type: string;
  timestamp: string;
  payload: { documentId?: string; externalDocumentId?: string };
  tags: string[];
}

interface State {
  secret: string;
  /** Absent: from the first event that the log has. */
  after?: string | undefined;
  /** Forwarded already, of the page after the cursor. */
  done: string[];
}

const { address, types, tags, secret, all, stateFile } = readArguments();
const instance = process.env.SEGL_PUBLIC_URL ?? `http://localhost:${process.env.SEGL_PORT ?? 8642}`;
const { SEGL_CLIENT_ID: clientId, SEGL_CLIENT_SECRET: clientSecret } = process.env;
if (!clientId || !clientSecret) fail('Set SEGL_CLIENT_ID and SEGL_CLIENT_SECRET to what Segl printed at its start.');
const environment = clientId.startsWith('p') ? 'prod' : 'test';
const file = stateFile ?? defaultStateFile();
let token = '';

process.on('SIGINT', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));

const state = await readState();
await save();
console.log(`Forwarding events of ${instance} (${environment}) to ${address}
Types: ${types ?? 'all'}. Tags: ${tags ?? 'any'}. Secret: ${state.secret}
Listening. Ctrl-C stops; the next start goes on from here.`);
for (;;) {
  const page = await readLog({ after: state.after, tags, limit: PAGE });
  for (const event of page.data) {
    if (state.done.includes(event.id)) continue;
    await forward(event);
    state.done.push(event.id);
    await save();
  }
  if (state.after !== page.nextCursor) {
    state.after = page.nextCursor;
    state.done = [];
    await save();
  }
  if (page.data.length < PAGE) await pause(LOOK_EVERY_MS);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        type: { type: 'string' },
        tag: { type: 'string' },
        secret: { type: 'string' },
        all: { type: 'boolean', default: false },
        state: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const [target = '', ...more] = positionals;
    if (values.help || target === '' || more.length > 0) fail(USAGE);
    const url = /^\d+$/.test(target) ? `http://localhost:${target}/` : target;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) fail(`"${target}" is no address.\n\n${USAGE}`);
    return {
      address: url,
      types: values.type,
      tags: values.tag,
      secret: values.secret,
      all: values.all,
      stateFile: values.state,
    };
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** One per instance, client, address and filter: two that listen to different things do not share a place. */
function defaultStateFile(): string {
  const what = JSON.stringify([instance, clientId, address, types, tags]);
  const name = createHash('sha256').update(what).digest('hex').slice(0, 16);
  return resolve(dirname(fileURLToPath(import.meta.url)), `../.cache/listen-${name}.json`);
}

async function readState(): Promise<State> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const stored = JSON.parse(text) as State;
    return { ...stored, secret: secret ?? stored.secret };
  }
  // No event has this tag, so that the answer is the end of the log.
  const after = all ? undefined : (await readLog({ tags: randomUUID(), limit: 1 })).nextCursor;
  return { secret: secret ?? `whsec_${randomBytes(24).toString('base64')}`, after, done: [] };
}

/** Whole or not at all, whenever the process ends. */
async function save(): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function readLog(query: { after?: string | undefined; tags?: string | undefined; limit: number }) {
  const url = new URL('/notification/events/log', instance);
  for (const [name, value] of Object.entries({ ...query, eventType: types })) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return (await call(url)) as { nextCursor: string; data: Event[] };
}

/** Waits for an instance that is down; ends the program when it refuses. */
async function call(url: URL): Promise<unknown> {
  for (let told = false; ; await pause(LOOK_EVERY_MS)) {
    try {
      token ||= await getToken();
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      if (answer.ok) return await answer.json();
      const text = await answer.text();
      if (answer.status === 401) token = '';
      else if (answer.status === 429) await pause(Number(answer.headers.get('retry-after') ?? 1) * 1000);
      else if (answer.status < 500) fail(`${answer.status} ${text}`);
      else throw new Error(`${answer.status} ${text}`);
    } catch (error) {
      if (!told) console.log(`${time()}  ${instance} cannot be asked, waiting for it: ${reason(error)}`);
      told = true;
    }
  }
}

async function getToken(): Promise<string> {
  const answer = await fetch(new URL('/oauth/connect/token', instance), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (answer.status >= 500) throw new Error(String(answer.status));
  if (!answer.ok) fail(`No token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Posts the event as a webhook would be posted; tries again only when nobody answers. */
async function forward(event: Event): Promise<void> {
  const body = JSON.stringify(event);
  for (let attempt = 1; ; attempt += 1) {
    const attemptId = randomUUID();
    const headers = deliveryHeaders(
      { eventId: event.id, eventType: event.type, body, secret: state.secret, attemptId, attempt, environment },
      new Date(),
    );
    const startedAt = performance.now();
    try {
      const answer = await fetch(address, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      await answer.body?.cancel();
      print(event, `${answer.status}${answer.ok ? '' : ' (a webhook would try again)'}`, startedAt);
      return;
    } catch (error) {
      if (attempt === 1) print(event, `no answer, waiting: ${reason(error)}`, startedAt);
      await pause(LOOK_EVERY_MS);
    }
  }
}

function print(event: Event, outcome: string, startedAt: number): void {
  const { documentId, externalDocumentId } = event.payload;
  const about = [
    documentId && `document ${documentId}`,
    externalDocumentId && `(${externalDocumentId})`,
    event.tags.length > 0 && `tags ${event.tags.join(', ')}`,
  ];
  const elapsedMs = Math.round(performance.now() - startedAt);
  console.log(
    [time(), event.type.padEnd(30), `→ ${outcome}`, `${elapsedMs} ms`, about.filter(Boolean).join(' ')]
      .join('  ')
      .trim(),
  );
}

function time(): string {
  return new Date().toISOString().slice(11, 23);
}

function reason(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
