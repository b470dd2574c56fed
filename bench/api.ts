import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, documentRequest } from '@segl/test-kit/api-client';
import { type DatabaseKind, freshLocation, removeLocation, startPostgres } from '@segl/test-kit/databases';
import { sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl } from '@segl/test-kit/signer';
import { type LoadRequest, type LoadResult, load, median } from './load.ts';

/**
 * Creating and reading a document over HTTP, against a bare handler that writes the same file and rows (`bare-server.ts`),
 * on both databases, in turns within one run; then what sealing does to the latency of reading.
 *
 *     npm run bench -- api [embedded|postgresql]
 */
const ROUNDS = 5;
const ROUND_MS = 4_000;
const WARM_UP_MS = 5_000;
const CONNECTIONS = 8;
const SEALINGS_PER_SECOND = 5;

const wanted = process.argv
  .slice(2)
  .filter((kind): kind is DatabaseKind => kind === 'embedded' || kind === 'postgresql');
// Measured with real syncs: a cluster of its own instead of the tests' fast one.
const postgres = await startPostgres({ durable: true });
process.env.SEGL_TEST_POSTGRES_URL = postgres.url;
try {
  for (const kind of wanted.length > 0 ? wanted : (['postgresql', 'embedded'] as const)) await measure(kind);
} finally {
  await postgres.stop();
}

async function measure(kind: DatabaseKind): Promise<void> {
  console.log(`\n${kind}: ${CONNECTIONS} connections, ${ROUNDS} rounds of ${ROUND_MS / 1000} s each in turns`);
  const contract = await sampleContract();
  const body = () => JSON.stringify(documentRequest(contract));
  const segl = await startSegl({ kind, environment: { SEGL_THROTTLE: 'off', SEGL_LOG_LEVEL: 'warn' } });
  const bareLocation = await freshLocation(kind);
  const bare = fork(fileURLToPath(new URL('./bare-server.ts', import.meta.url)), [], {
    env: { PATH: process.env.PATH, SEGL_DATA_DIR: bareLocation.dataDir, SEGL_DATABASE_URL: bareLocation.url ?? '' },
  });
  const [{ url: bareUrl }] = (await once(bare, 'message')) as [{ url: string }];
  const api = await connect(segl);
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };

  const post =
    (path: string): (() => LoadRequest) =>
    () => ({ method: 'POST', path, headers, body: body() });
  await compare(
    'create document',
    { url: segl.url, next: post('/signature/documents') },
    { url: bareUrl, next: post('/') },
  );

  const { documentId } = (await api.request('POST', '/signature/documents', documentRequest(contract))).body;
  const bareId = ((await (await fetch(bareUrl, { method: 'POST', body: body() })).json()) as { documentId: string })
    .documentId;
  const get =
    (path: string): (() => LoadRequest) =>
    () => ({ method: 'GET', path, headers });
  await compare(
    'get document',
    { url: segl.url, next: get(`/signature/documents/${documentId}`) },
    { url: bareUrl, next: get(`/${bareId}`) },
  );
  bare.kill('SIGTERM');
  await once(bare, 'exit');
  await removeLocation(bareLocation);

  await readUnderSealing(segl.url, get(`/signature/documents/${documentId}`), async () => {
    const created = await api.request('POST', '/signature/documents', documentRequest(contract));
    const signer = await openSignUrl(created.body.signers[0].url);
    const { attemptId, url } = await signer.start();
    await signer.passEid(url);
    return () => signer.complete(attemptId);
  });
  await segl.remove();
}

interface Target {
  url: string;
  next: () => LoadRequest;
}

async function compare(what: string, segl: Target, bare: Target): Promise<void> {
  for (const target of [segl, bare])
    await load(target.url, { ...target, connections: CONNECTIONS, durationMs: WARM_UP_MS });
  const ratios: number[] = [];
  const rates: { segl: number[]; bare: number[] } = { segl: [], bare: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await load(segl.url, { ...segl, connections: CONNECTIONS, durationMs: ROUND_MS });
    const theirs = await load(bare.url, { ...bare, connections: CONNECTIONS, durationMs: ROUND_MS });
    rates.segl.push(ours.perSecond);
    rates.bare.push(theirs.perSecond);
    ratios.push(ours.perSecond / theirs.perSecond);
  }
  console.log(
    `  ${what.padEnd(16)} segl ${median(rates.segl).toFixed(0)}/s   bare ${median(rates.bare).toFixed(0)}/s   ratio ${median(ratios).toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(' ')})`,
  );
}

/**
 * A steady, light stream of reads: alone, while some documents are sealed every second, and while as many as possible are.
 * A sealing begins with a signer's completion, so what a completion costs counts as well.
 */
async function readUnderSealing(
  url: string,
  next: () => LoadRequest,
  prepare: () => Promise<() => Promise<unknown>>,
): Promise<void> {
  const seconds = 8;
  const ready: (() => Promise<unknown>)[] = [];
  for (let index = 0; index < seconds * SEALINGS_PER_SECOND + 120; index++) ready.push(await prepare());
  const read = () => load(url, { next, connections: 1, durationMs: seconds * 1000 });
  await read();
  const idle = await read();

  const steadily = read();
  const sealings: Promise<unknown>[] = [];
  for (let index = 0; index < seconds * SEALINGS_PER_SECOND; index++) {
    sealings.push(ready.pop()!());
    await setTimeout(1000 / SEALINGS_PER_SECOND);
  }
  const [steady] = await Promise.all([steadily, ...sealings]);

  let reading = true;
  const beside = read().finally(() => {
    reading = false;
  });
  let sealed = 0;
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let complete = ready.pop(); complete && reading; complete = ready.pop()) {
        await complete();
        sealed += 1;
      }
    }),
  );
  const full = await beside;
  const line = (what: string, { p50, p99 }: LoadResult) =>
    `${what} p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms (${(p99 / idle.p99).toFixed(2)})`;
  console.log(
    `  ${'get while sealing'.padEnd(16)} ${line('idle', idle)}   ${line(`${SEALINGS_PER_SECOND} sealings/s`, steady)}   ${line(`${sealed} as fast as possible`, full)}`,
  );
}
