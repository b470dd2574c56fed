import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inkExtent, readPicture, writePicture } from './png-picture.ts';

const [WIDTH, HEIGHT] = [3, 2];
const pixels = Buffer.from(Array.from({ length: WIDTH * HEIGHT * 4 }, (_, index) => (index * 37) % 256));

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function png(changes: { header?: number[]; rows?: Buffer; extra?: Buffer[]; after?: Buffer } = {}): Buffer {
  const header = Buffer.from(changes.header ?? [0, 0, 0, WIDTH, 0, 0, 0, HEIGHT, 8, 6, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(changes.extra ?? []),
    chunk('IDAT', deflateSync(changes.rows ?? filtered(() => 0))),
    chunk('IEND', Buffer.alloc(0)),
    changes.after ?? Buffer.alloc(0),
  ]);
}

/** The rows of the picture, each by the filter of ISO/IEC 15948 §9 that is asked for. */
function filtered(filterOf: (row: number) => number): Buffer {
  const at = (row: number, column: number) => (row < 0 || column < 0 ? 0 : pixels[row * WIDTH * 4 + column]!);
  const rows: number[] = [];
  for (let row = 0; row < HEIGHT; row++) {
    rows.push(filterOf(row));
    for (let column = 0; column < WIDTH * 4; column++) {
      const [a, b, c] = [at(row, column - 4), at(row - 1, column), at(row - 1, column - 4)];
      const p = a + b - c;
      const nearest = [a, b, c].reduce((best, value) => (Math.abs(p - value) < Math.abs(p - best) ? value : best), a);
      const prediction = [0, a, b, Math.floor((a + b) / 2), nearest][filterOf(row)]!;
      rows.push((at(row, column) - prediction + 256) % 256);
    }
  }
  return Buffer.from(rows);
}

describe('pictures', () => {
  it.each([0, 1, 2, 3, 4])('are read under filter %i', (filter) => {
    expect(readPicture(png({ rows: filtered((row) => (row === 0 ? 0 : filter)) }), WIDTH, HEIGHT)?.pixels).toEqual(
      pixels,
    );
    expect(readPicture(png({ rows: filtered(() => filter) }), WIDTH, HEIGHT)?.pixels).toEqual(pixels);
  });

  it('keep their pixels and nothing else when they are written again', () => {
    const given = png({ extra: [chunk('tEXt', Buffer.from('Comment\0secret'))] });
    const written = writePicture(readPicture(given, WIDTH, HEIGHT)!);
    expect(written.includes('secret')).toBe(false);
    expect(readPicture(written, WIDTH, HEIGHT)?.pixels).toEqual(pixels);
  });

  it.each<[string, Buffer]>([
    ['of another size', png({ header: [0, 0, 0, 4, 0, 0, 0, 2, 8, 6, 0, 0, 0] })],
    ['with a palette', png({ header: [0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0] })],
    ['interlaced', png({ header: [0, 0, 0, 3, 0, 0, 0, 2, 8, 6, 0, 0, 1] })],
    ['with too few rows', png({ rows: Buffer.alloc(13) })],
    ['that grow beyond their size', png({ rows: Buffer.alloc(100_000) })],
    ['with an unknown filter', png({ rows: filtered(() => 0).fill(5, 0, 1) })],
    ['with something behind them', png({ after: Buffer.from('x') })],
    ['with a second header', png({ extra: [chunk('IHDR', Buffer.alloc(13))] })],
    ['that are cut off', png().subarray(0, -5)],
    ['that were damaged', Buffer.from(png()).fill(1, 50, 51)],
    ['that are none', Buffer.from('GIF89a')],
  ])('%s are refused', (_name, bytes) => {
    expect(readPicture(bytes, WIDTH, HEIGHT)).toBeUndefined();
  });

  it('tell how large what can be seen in them is', () => {
    const clear = { width: 4, height: 3, pixels: Buffer.alloc(48) };
    expect(inkExtent(clear)).toEqual({ width: 0, height: 0 });
    clear.pixels[(1 * 4 + 1) * 4 + 3] = 255;
    clear.pixels[(2 * 4 + 3) * 4 + 3] = 255;
    expect(inkExtent(clear)).toEqual({ width: 3, height: 2 });
  });
});
