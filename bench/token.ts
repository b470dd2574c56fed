import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type DatabaseKind, startPostgres } from '@segl/test-kit/databases';
import { startSegl } from '@segl/test-kit/segl-process';
import { type LoadRequest, load, median } from './load.ts';

/**
 * Issuing access tokens over HTTP, against a bare handler that only signs with a key of the same kind
 * (`bare-token-server.ts`), in turns within one run. On a busy machine look at the ratio of processor time per token, which
 * counts all threads of both server processes (not PostgreSQL's).
 *
 *     npm run bench -- token [embedded|postgresql] [RS256|ES256|EdDSA]
 */
const ROUNDS = 5;
const ROUND_MS = 4_000;
const WARM_UP_MS = 4_000;
const CONNECTIONS = 8;
/** Per second; the same on every Linux that is about. */
const CLOCK_TICKS = 100;

const given = process.argv.slice(2);
const kinds = given.filter((one): one is DatabaseKind => one === 'embedded' || one === 'postgresql');
const algorithm = given.find((one) => /^(RS256|ES256|EdDSA)$/.test(one)) ?? 'RS256';
// Measured with real syncs: a cluster of its own instead of the tests' fast one.
const postgres = await startPostgres({ durable: true });
process.env.SEGL_TEST_POSTGRES_URL = postgres.url;
try {
  for (const kind of kinds.length > 0 ? kinds : (['postgresql', 'embedded'] as const)) await measure(kind);
} finally {
  await postgres.stop();
}

async function measure(kind: DatabaseKind): Promise<void> {
  const segl = await startSegl({
    kind,
    environment: {
      SEGL_THROTTLE: 'off',
      SEGL_LOG_LEVEL: 'warn',
      SEGL_SIMULATORS: 'off',
      SEGL_TOKEN_ALGORITHM: algorithm,
    },
  });
  const bare = fork(fileURLToPath(new URL('./bare-token-server.ts', import.meta.url)), [algorithm]);
  const [{ url: bareUrl }] = (await once(bare, 'message')) as [{ url: string }];
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: segl.client.clientId,
    client_secret: segl.client.clientSecret,
    scope: 'document_read document_write',
  }).toString();
  const next = (): LoadRequest => ({
    method: 'POST',
    path: '/oauth/connect/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const targets = [
    { url: segl.url, pid: segl.processId },
    { url: bareUrl, pid: bare.pid ?? 0 },
  ] as const;
  const run = async ({ url, pid }: (typeof targets)[number], durationMs: number) => {
    const before = await processorSeconds(pid);
    const { perSecond } = await load(url, { next, connections: CONNECTIONS, durationMs });
    const used = (await processorSeconds(pid)) - before;
    return { perSecond, msPerToken: (used * 1000) / ((perSecond * durationMs) / 1000) };
  };
  for (const target of targets) await run(target, WARM_UP_MS);
  const rounds: { ours: Awaited<ReturnType<typeof run>>; theirs: Awaited<ReturnType<typeof run>> }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ ours: await run(targets[0], ROUND_MS), theirs: await run(targets[1], ROUND_MS) });
  }
  const of = (value: (round: (typeof rounds)[number]) => number, digits = 2) =>
    median(rounds.map(value)).toFixed(digits);
  console.log(
    [
      `  ${`token ${algorithm} ${kind}`.padEnd(26)}`,
      `segl ${of(({ ours }) => ours.perSecond, 0)}/s   bare ${of(({ theirs }) => theirs.perSecond, 0)}/s`,
      `ratio ${of(({ ours, theirs }) => ours.perSecond / theirs.perSecond)}`,
      `processor time per token ${of(({ ours }) => ours.msPerToken)} / ${of(({ theirs }) => theirs.msPerToken)} ms`,
      `ratio ${of(({ ours, theirs }) => theirs.msPerToken / ours.msPerToken)}`,
    ].join('   '),
  );
  bare.kill('SIGTERM');
  await once(bare, 'exit');
  await segl.remove();
}

/** Of a process with all its threads, as Linux counts it. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) / CLOCK_TICKS;
}
