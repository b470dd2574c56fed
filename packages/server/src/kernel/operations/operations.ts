import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/database.ts';
import { SeglError } from '../errors/segl-error.ts';
import { type Gauge, writeGauges } from './gauges.ts';

/** Anybody can ask for gauges, and counting costs: what was counted is answered again for so long. */
const COUNTED_FOR_MS = 5_000;

/** Addresses for whoever runs and integrates the instance: health and the API document. */
export function registerOperations(
  app: FastifyInstance,
  options: { database: Database; openApi: () => object; ready: () => boolean; countGauges: () => Promise<Gauge[]> },
): void {
  app.get('/health/live', { config: { template: '/health/live' } }, async () => ({ status: 'ok' }));
  app.get('/health/ready', { config: { template: '/health/ready' } }, async () => {
    if (!options.ready()) throw notReady();
    await options.database.query('select 1').catch((cause: unknown) => {
      throw notReady(cause);
    });
    return { status: 'ok' };
  });
  let counted: { at: number; gauges: Promise<Gauge[]> } | undefined;
  app.get('/health/metrics', { config: { template: '/health/metrics' } }, async (_request, reply) => {
    const at = performance.now();
    if (!counted || at - counted.at > COUNTED_FOR_MS) counted = { at, gauges: options.countGauges() };
    const gauges = await counted.gauges.catch((cause: unknown) => {
      counted = undefined;
      throw notReady(cause);
    });
    const { text, mediaType } = await writeGauges(gauges);
    return reply.header('content-type', mediaType).send(text);
  });
  let document: string | undefined;
  app.get('/openapi.json', { config: { template: '/openapi.json' } }, async (_request, reply) => {
    document ??= JSON.stringify(options.openApi());
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
}

function notReady(cause?: unknown): SeglError {
  return new SeglError(503, 'service_unavailable', 'The instance is not ready.', { cause, retryAfterSeconds: 2 });
}
