import type { FastifyInstance } from 'fastify';
import { PROVIDER_NAMES, type ProviderName } from './contract/providers.ts';
import { providerLabel } from './provider-catalogue.ts';

export const LOGO_PATH = '/static/eid';
export const LOGO_WIDTH = 160;
const HEIGHT = 40;

/**
 * The names of eIDs as pictures, for light and for dark backgrounds. The eIDs' own logos are trademarks that each account
 * gets from them.
 */
export function registerLogos(app: FastifyInstance): void {
  app.get<{ Params: { file: string } }>(
    `${LOGO_PATH}/:file`,
    { config: { template: `${LOGO_PATH}/{file}`, throttle: 'signing' } },
    async (request, reply) => {
      const [, type, negative] = /^([a-z_]+?)(-negative)?\.svg$/.exec(request.params.file) ?? [];
      const name = PROVIDER_NAMES.find((one) => one === type);
      if (!name) return reply.code(404).send();
      reply.headers({
        'content-type': 'image/svg+xml; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=86400',
      });
      return reply.send(logo(name, negative ? '#ffffff' : '#1a1a1a'));
    },
  );
}

function logo(name: ProviderName, colour: string): string {
  const label = providerLabel(name, 'none');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LOGO_WIDTH}" height="${HEIGHT}" viewBox="0 0 ${LOGO_WIDTH} ${HEIGHT}" role="img" aria-label="${label}"><text x="${LOGO_WIDTH / 2}" y="26" text-anchor="middle" font-family="sans-serif" font-size="${label.length > 14 ? 14 : 18}" font-weight="600" fill="${colour}">${label}</text></svg>`;
}
