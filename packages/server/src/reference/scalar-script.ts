import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Fastify from 'fastify';

export interface Script {
  gzipped: Buffer;
  plain: Buffer;
  etag: string;
}

/**
 * The script of the reference page, out of the package that carries it. Megabytes: read when somebody first opens the page,
 * so that no start and no instance without readers pays for it.
 */
export async function loadScalarScript(): Promise<Script> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  // The package hands its script out by HTTP only.
  const carrier = Fastify();
  await carrier.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const answer = await carrier.inject('/docs/js/scalar.js');
  await carrier.close();
  if (answer.statusCode !== 200) throw new Error(`the reference's script cannot be read: ${answer.statusCode}`);
  const plain = answer.rawPayload;
  return {
    plain,
    gzipped: await promisify(gzip)(plain),
    etag: `"${createHash('sha256').update(plain).digest('hex')}"`,
  };
}
