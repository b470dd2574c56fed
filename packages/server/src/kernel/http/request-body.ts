import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';
import { unsupportedMediaType } from './framework-error.ts';
import { parseJsonBody } from './json-body.ts';

const JSON_TYPE = /^(application\/(json|[a-z0-9.+-]+\+json)|text\/json)\s*(;|$)/i;

/** An empty body is fine with any content type, and the body of a `DELETE` is ignored: some clients send one. */
export function ignoreTypeOfEmptyBody(request: FastifyRequest): void {
  const { headers, method } = request.raw;
  if (!hasBody(request) || method === 'DELETE') delete headers['content-type'];
}

function hasBody(request: FastifyRequest): boolean {
  const { headers } = request.raw;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function compressedBody(): SeglError {
  const message = 'The request body must not be compressed: send it without Content-Encoding.';
  return new SeglError(415, 'unsupported_media_type', message);
}

/** JSON is the only body of the API. Other types are refused before their bytes are read. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    // Nothing is ever unpacked: a small body that becomes a large one would pass every limit.
    const coding = request.headers['content-encoding'];
    if (coding !== undefined && !/^(identity)?$/i.test(coding.trim()) && hasBody(request)) done(compressedBody());
    else done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length > 0 && !isUtf8(request.headers['content-type'] ?? '')) return done(unsupportedMediaType());
    try {
      done(null, parseJsonBody(bytes));
    } catch (error) {
      done(error as Error);
    }
  });
  app.addContentTypeParser('*', (request, payload, done) => {
    if (request.method === 'DELETE') return done(null, null);
    if (request.headers['content-length'] !== undefined) return done(unsupportedMediaType());
    // Without a length, only the first byte tells whether there is a body.
    payload
      .once('data', () => done(unsupportedMediaType()))
      .once('end', () => done(null, null))
      .once('error', (error: Error) => done(error));
  });
}

function isUtf8(contentType: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^;"\s]+)/i.exec(contentType)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}
