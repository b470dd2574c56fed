import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';
import { alreadyKnown } from './entity-tag.ts';
import type { FileBody } from './route.ts';

/**
 * A plain download: exact length, strong ETag, one byte range, no compression, no chunks. The content type decides
 * whether the browser's sandbox is asked for, because HTML and XML could run script.
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileBody): Promise<FastifyReply> {
  const etag = `"${file.sha256}"`;
  if (alreadyKnown(etag, request.headers)) {
    return reply.code(304).headers({ etag, 'cache-control': 'private, no-store' }).send();
  }
  const range = wantedRange(request, etag, file.sizeBytes);
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.sizeBytes}`);
    throw new SeglError(416, 'range_not_satisfiable', `The file has ${file.sizeBytes} bytes.`);
  }
  // Opened before anything is said about it: a file that is missing is an error, not a download.
  const content = request.method === 'HEAD' ? Readable.from([]) : await file.open(range);
  reply.headers({
    etag,
    'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    'content-disposition': contentDisposition(file.fileName),
    'content-type': file.mediaType,
    'content-length': String(range ? range.end - range.start + 1 : file.sizeBytes),
  });
  if (/html|xml/.test(file.mediaType)) reply.header('content-security-policy', "sandbox; default-src 'none'");
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
  return reply.send(content);
}

/** RFC 6266: an ASCII fallback for old clients and the real name in UTF-8. */
export function contentDisposition(fileName: string): string {
  const ascii =
    fileName
      .normalize('NFKD')
      .replace(/[^\x20-\x7e]/g, '')
      .replace(/["\\%]/g, '_') || 'file';
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Ranges are for `GET` only, and not when `If-Range` names another state of the file (RFC 9110 §13.1.5, §14.2). */
function wantedRange(request: FastifyRequest, etag: string, size: number): ReturnType<typeof singleRange> {
  const ifRange = request.headers['if-range'];
  if (request.method !== 'GET' || (ifRange !== undefined && ifRange !== etag)) return undefined;
  return singleRange(request.headers.range, size);
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
