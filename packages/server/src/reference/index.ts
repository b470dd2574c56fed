import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { introduction } from './introduction.ts';
import { REFERENCE_PAGE, START_SCRIPT } from './page.ts';
import { loadScalarScript, type Script } from './scalar-script.ts';
import { tokenGuide } from './token-guide.ts';

export { CONTRACT_TEXTS } from './contract-texts.ts';

const STYLESHEET = readFileSync(new URL('guide.css', import.meta.url));

const GUIDE_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** The reference builds its styles at run time and calls this host alone: its contract, and requests that are tried. */
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
  "connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const DAY = 'public, max-age=86400';

/** Mounts what a developer reads: the reference at `/docs`, the introduction and the token guide under `/docs/guide`. */
export function registerReference(app: FastifyInstance, options: { publicUrl: string }): void {
  const pages = new Map([
    ['/docs', { text: REFERENCE_PAGE, policy: REFERENCE_POLICY }],
    ['/docs/guide', { text: introduction(options.publicUrl), policy: GUIDE_POLICY }],
    ['/docs/guide/tokens', { text: tokenGuide(options.publicUrl), policy: GUIDE_POLICY }],
  ]);
  for (const [path, { text, policy }] of pages) {
    app.get(path, { config: { template: path } }, async (_request, reply) => sendPage(reply, text, policy));
  }
  app.get('/docs/guide.css', { config: { template: '/docs/guide.css' } }, async (_request, reply) =>
    reply.headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': DAY }).send(STYLESHEET),
  );
  app.get('/docs/start.js', { config: { template: '/docs/start.js' } }, async (_request, reply) =>
    reply.headers({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': DAY }).send(START_SCRIPT),
  );
  let script: Promise<Script> | undefined;
  app.get('/docs/scalar.js', { config: { template: '/docs/scalar.js' } }, async (request, reply) => {
    script ??= loadScalarScript();
    const { plain, gzipped, etag } = await script;
    reply.headers({ etag, vary: 'Accept-Encoding', 'cache-control': DAY });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    reply.header('content-type', 'text/javascript; charset=utf-8');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(plain);
    return reply.header('content-encoding', 'gzip').send(gzipped);
  });
}

function sendPage(reply: FastifyReply, text: string, policy: string): FastifyReply {
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    })
    .send(text);
}
