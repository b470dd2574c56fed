import type { FastifyInstance } from 'fastify';
import type { Database } from '../kernel/db/database.ts';
import { BRANDING_PATH } from './branding-address.ts';
import { findBranding } from './branding-store.ts';

/** Logos and style sheets for everybody: an address names one content for good. */
export function registerBrandings(app: FastifyInstance, { database }: { database: Database }): void {
  app.get<{ Params: { file: string } }>(
    `${BRANDING_PATH}/:file`,
    { config: { template: `${BRANDING_PATH}/{file}`, throttle: 'signing' } },
    async (request, reply) => {
      const [, hash, extension] = /^([0-9a-f]{64})\.(png|css)$/.exec(request.params.file) ?? [];
      const branding = hash && (await findBranding(database, hash));
      if (!branding || (branding.kind === 'styling') !== (extension === 'css')) return reply.code(404).send();
      reply.headers({
        'content-type': extension === 'css' ? 'text/css; charset=utf-8' : 'image/png',
        'content-security-policy': "default-src 'none'",
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=31536000, immutable',
      });
      return reply.send(branding.bytes);
    },
  );
}
