import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Pixels of a picture: red, green, blue and opacity, a byte each, row by row. */
export interface Picture {
  width: number;
  height: number;
  pixels: Buffer;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHANNELS = 4;
/** 8 bits each of red, green, blue and opacity; deflate, the usual filters, not interlaced. */
const RGBA8 = Buffer.from([8, 6, 0, 0, 0]);

/**
 * Reads a PNG (ISO/IEC 15948) of exactly this size, with 8 bits each of red, green, blue and opacity, as browsers write
 * what was drawn on a transparent ground. Everything in it but the pixels is left out. `undefined` for anything else.
 */
export function readPicture(bytes: Uint8Array, width: number, height: number): Picture | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!file.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const data: Buffer[] = [];
  let offset = 8;
  for (let index = 0; ; index++) {
    if (offset + 12 > file.length) return undefined;
    const length = file.readUInt32BE(offset);
    const end = offset + 12 + length;
    if (end > file.length || file.readUInt32BE(end - 4) !== crc32(file.subarray(offset + 4, end - 4))) return undefined;
    const type = file.toString('latin1', offset + 4, offset + 8);
    const content = file.subarray(offset + 8, end - 4);
    if ((index === 0) !== (type === 'IHDR')) return undefined;
    if (type === 'IHDR' && !content.equals(header(width, height))) return undefined;
    if (type === 'IDAT') data.push(content);
    offset = end;
    if (type === 'IEND') break;
  }
  const pixels = unfiltered(Buffer.concat(data), width, height);
  return offset === file.length && pixels ? { width, height, pixels } : undefined;
}

/** A PNG with these pixels and nothing else in it. */
export function writePicture({ width, height, pixels }: Picture): Buffer {
  const rowBytes = width * CHANNELS;
  const rows = Buffer.alloc(height * (rowBytes + 1));
  for (let row = 0; row < height; row++) {
    pixels.copy(rows, row * (rowBytes + 1) + 1, row * rowBytes, (row + 1) * rowBytes);
  }
  const parts = [
    chunk('IHDR', header(width, height)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
}

/** Width and height, in pixels, of the part that is not transparent. */
export function inkExtent({ width, height, pixels }: Picture): { width: number; height: number } {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let index = 0; index < width * height; index++) {
    if (pixels[index * CHANNELS + 3]! < 64) continue;
    const [x, y] = [index % width, Math.floor(index / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return right < 0 ? { width: 0, height: 0 } : { width: right - left + 1, height: bottom - top + 1 };
}

function header(width: number, height: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([size, RGBA8]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** ISO/IEC 15948 §9; `undefined` when there are more or fewer bytes than the size asks for. */
function unfiltered(compressed: Buffer, width: number, height: number): Buffer | undefined {
  const rowBytes = width * CHANNELS;
  let rows: Buffer;
  try {
    rows = inflateSync(compressed, { maxOutputLength: height * (rowBytes + 1) });
  } catch {
    return undefined;
  }
  if (rows.length !== height * (rowBytes + 1)) return undefined;
  const pixels = Buffer.alloc(height * rowBytes);
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (rowBytes + 1)]!;
    if (filter > 4) return undefined;
    const start = row * rowBytes;
    for (let column = 0; column < rowBytes; column++) {
      const left = column < CHANNELS ? 0 : pixels[start + column - CHANNELS]!;
      const above = row === 0 ? 0 : pixels[start + column - rowBytes]!;
      const corner = row === 0 || column < CHANNELS ? 0 : pixels[start + column - rowBytes - CHANNELS]!;
      pixels[start + column] = rows[row * (rowBytes + 1) + 1 + column]! + predicted(filter, left, above, corner);
    }
  }
  return pixels;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return Math.floor((left + above) / 2);
  if (filter === 4) return paeth(left, above, corner);
  return 0;
}

function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
