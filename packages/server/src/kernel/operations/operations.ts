import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/database.ts';
import { SeglError } from '../errors/segl-error.ts';

/** Addresses for whoever runs and integrates the instance: health and the API document. */
export function registerOperations(
  app: FastifyInstance,
  options: { database: Database; openApi: () => object; ready: () => boolean },
): void {
  app.get('/health/live', { config: { template: '/health/live' } }, async () => ({ status: 'ok' }));
  app.get('/health/ready', { config: { template: '/health/ready' } }, async () => {
    if (!options.ready()) throw notReady();
    await options.database.query('select 1').catch((cause: unknown) => {
      throw notReady(cause);
    });
    return { status: 'ok' };
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
