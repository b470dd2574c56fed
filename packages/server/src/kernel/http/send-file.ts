import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileBody } from './route.ts';

/**
 * A plain download: exact length, strong ETag, one byte range, no compression, no chunks. The content type decides
 * whether the browser's sandbox is asked for, because HTML and XML could run script.
 */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileBody): FastifyReply {
  const etag = `"${file.sha256}"`;
  reply.headers({
    etag,
    'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    'content-disposition': contentDisposition(file.fileName),
  });
  if (/html|xml/.test(file.mediaType)) reply.header('content-security-policy', "sandbox; default-src 'none'");
  if (request.headers['if-none-match']?.includes(etag)) {
    discard(file);
    return reply.code(304).send();
  }
  const range = singleRange(request.headers.range, file.sizeBytes);
  reply.header('content-type', file.mediaType);
  if (range === 'unsatisfiable') {
    discard(file);
    return reply.code(416).header('content-range', `bytes */${file.sizeBytes}`).send();
  }
  if (!range) return reply.header('content-length', String(file.sizeBytes)).send(file.content);
  reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`)
    .header('content-length', String(range.end - range.start + 1));
  if (Buffer.isBuffer(file.content)) return reply.send(file.content.subarray(range.start, range.end + 1));
  return reply.send(sliced(file.content, range.start, range.end));
}

/** RFC 6266: an ASCII fallback for old clients and the real name in UTF-8. */
export function contentDisposition(fileName: string): string {
  const ascii =
    fileName
      .normalize('NFKD')
      .replace(/[^\x20-\x7e]/g, '')
      .replace(/["\\]/g, '_') || 'file';
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** The range of a `Range` header with exactly one; several ranges are answered with the whole file. */
export function singleRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start >= size || start > end ? 'unsatisfiable' : { start, end };
}

async function* slice(content: NodeJS.ReadableStream, start: number, end: number): AsyncGenerator<Buffer> {
  let offset = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    const from = Math.max(0, start - offset);
    const to = Math.min(chunk.length, end + 1 - offset);
    if (from < to) yield chunk.subarray(from, to);
    offset += chunk.length;
    if (offset > end) return;
  }
}

function sliced(content: NodeJS.ReadableStream, start: number, end: number): Readable {
  return Readable.from(slice(content, start, end), { objectMode: false });
}

function discard(file: FileBody): void {
  if (!Buffer.isBuffer(file.content) && 'destroy' in file.content) (file.content as Readable).destroy();
}
