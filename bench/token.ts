import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type DatabaseKind, startPostgres } from '@segl/test-kit/databases';
import { startSegl } from '@segl/test-kit/segl-process';
import { type LoadRequest, load, median } from './load.ts';

/**
 * Issuing access tokens over HTTP, against a bare handler that only signs with a key of the same kind
 * (`bare-token-server.ts`), in turns within one run.
 *
 *     npm run bench -- token [embedded|postgresql] [RS256|ES256|EdDSA]
 */
const ROUNDS = 5;
const ROUND_MS = 4_000;
const WARM_UP_MS = 4_000;
const CONNECTIONS = 8;

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
  const run = (url: string, durationMs: number) => load(url, { next, connections: CONNECTIONS, durationMs });
  for (const url of [segl.url, bareUrl]) await run(url, WARM_UP_MS);
  const rates: { segl: number[]; bare: number[] } = { segl: [], bare: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.segl.push((await run(segl.url, ROUND_MS)).perSecond);
    rates.bare.push((await run(bareUrl, ROUND_MS)).perSecond);
  }
  const ratios = rates.segl.map((rate, index) => rate / rates.bare[index]!);
  console.log(
    `  ${`token ${algorithm} ${kind}`.padEnd(26)} segl ${median(rates.segl).toFixed(0)}/s   bare ${median(rates.bare).toFixed(0)}/s   ratio ${median(ratios).toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(' ')})`,
  );
  bare.kill('SIGTERM');
  await once(bare, 'exit');
  await segl.remove();
}
