import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { registerLogos } from './provider-logo.ts';

const SCRIPT = new URL('../../assets/segl-webmessaging.js', import.meta.url);
const SCRIPT_PATH = '/static/segl-webmessaging.js';

/** What the pages of callers load from here: the script for pages around a frame, and the logos of eIDs. */
export function registerStaticFiles(app: FastifyInstance): void {
  registerLogos(app);
  app.get(SCRIPT_PATH, { config: { template: SCRIPT_PATH, throttle: 'signing' } }, async (_request, reply) => {
    reply.headers({
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=3600',
    });
    return reply.send(await readFile(SCRIPT, 'utf8'));
  });
}
