import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { apiUnderTest, BEARER, FILE, FILE_SHA256 } from './api.testing.ts';
import { contentDisposition, singleRange } from './send-file.ts';

const { app } = apiUnderTest();
afterAll(() => app.close());

const download = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  app.inject({ method, url: '/file', headers: { ...BEARER, ...headers } });
const ETAG = `"${FILE_SHA256}"`;

describe('downloads', () => {
  it('FL-1 to FL-4: the whole file, with its exact length, neither compressed nor chunked', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/file`;
    const answer = await fetch(url, { headers: { ...BEARER, 'accept-encoding': 'gzip, br' } });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(FILE);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(FILE.length),
      etag: ETAG,
      'repr-digest': `sha-256=:${Buffer.from(FILE_SHA256, 'hex').toString('base64')}:`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-disposition': `attachment; filename="Laneavtale _No 1_.pdf"; filename*=UTF-8''L%C3%A5neavtale%20%22%E2%84%96%201%22.pdf`,
    });
    expect(answer.headers.get('transfer-encoding')).toBeNull();
    expect(answer.headers.get('content-encoding')).toBeNull();
  });

  it('RT-2: HEAD tells the length and sends nothing', async () => {
    const answer = await download({}, 'HEAD');
    expect([answer.statusCode, answer.body, answer.headers['content-length'], answer.headers.etag]).toEqual([
      200,
      '',
      String(FILE.length),
      ETAG,
    ]);
  });

  it.each([ETAG, `W/${ETAG}`, `"other", ${ETAG}`, '*'])('FL-3: 304 for If-None-Match %s', async (value) => {
    const answer = await download({ 'if-none-match': value });
    expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([304, '', ETAG]);
  });

  it('FL-3: the whole file for the ETag of another state', async () => {
    expect((await download({ 'if-none-match': '"0000"' })).statusCode).toBe(200);
  });

  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/36'],
    ['bytes=5-9', '56789', 'bytes 5-9/36'],
    ['bytes=30-', 'uvwxyz', 'bytes 30-35/36'],
    ['bytes=-3', 'xyz', 'bytes 33-35/36'],
    ['bytes=34-999', 'yz', 'bytes 34-35/36'],
    ['bytes=-999', FILE.toString(), 'bytes 0-35/36'],
  ])('FL-3: the range %s', async (range, expected, contentRange) => {
    const answer = await download({ range });
    expect([answer.statusCode, answer.body, answer.headers['content-range']]).toEqual([206, expected, contentRange]);
    expect(answer.headers['content-length']).toBe(String(expected.length));
  });

  it.each(['bytes=36-', 'bytes=-0', 'bytes=9-5', 'bytes=99999999999999999999-'])('416: the range %s', async (range) => {
    const answer = await download({ range });
    expect([answer.statusCode, answer.json().code]).toEqual([416, 'range_not_satisfiable']);
    expect(answer.headers['content-range']).toBe('bytes */36');
    expect(answer.headers.etag).toBeUndefined();
  });

  it.each(['bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'bytes=a-b', 'bytes 0-5', ''])(
    'FL-3: what is not one range of bytes gives the whole file: %j',
    async (range) => {
      expect((await download({ range })).statusCode).toBe(200);
    },
  );

  it('RFC 9110 §13.1.5: a range of another state gives the whole file', async () => {
    expect((await download({ range: 'bytes=0-1', 'if-range': '"0000"' })).body).toBe(FILE.toString());
    expect((await download({ range: 'bytes=0-1', 'if-range': ETAG })).body).toBe('01');
  });

  it('FL-5: a file that cannot be read is an E1 error with nothing of the download', async () => {
    const answer = await app.inject({ url: '/lost-file', headers: BEARER });
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal_error']);
    expect(answer.headers.etag).toBeUndefined();
    expect(answer.headers['content-disposition']).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).not.toContain('/var/lib');
  });
});

describe('a range', () => {
  it('lies within the file, whatever is asked for', () => {
    const bound = fc.option(fc.nat({ max: 100 }), { nil: '' });
    fc.assert(
      fc.property(bound, bound, fc.nat({ max: 60 }), (first, last, size) => {
        const range = singleRange(`bytes=${first}-${last}`, size);
        if (range === undefined) expect([first, last]).toEqual(['', '']);
        else if (range !== 'unsatisfiable') {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThan(size);
        }
      }),
    );
  });
});

describe('Content-Disposition', () => {
  it('FL-2: never breaks out of its quotes or its line, and keeps the real name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const header = contentDisposition(name);
        const match = /^attachment; filename="([\x20-\x7e]+)"; filename\*=UTF-8''([A-Za-z0-9%._~!-]*)$/.exec(header);
        expect(match?.[1]).not.toMatch(/["\\]/);
        expect(decodeURIComponent(match![2]!)).toBe(name);
      }),
    );
  });

  it('FL-2: a name without any ASCII has a fallback', () => {
    expect(contentDisposition('契約')).toBe(`attachment; filename="file"; filename*=UTF-8''%E5%A5%91%E7%B4%84`);
  });
});
