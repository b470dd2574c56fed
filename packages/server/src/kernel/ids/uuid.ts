import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(4096);
let poolOffset = pool.length;
let lastMs = 0;
let counter = 0;

/** Further back than this is another clock, such as that of a test, and no correction of this one. */
const MAX_CORRECTION_MS = 10_000;

/**
 * UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 12 bits of counter that keep ids of one process
 * strictly increasing within a millisecond and while the clock is set back a little, 62 random bits from the system's
 * secure generator.
 */
export function uuidv7(now: Date): string {
  const ms = now.getTime();
  if (ms > lastMs || lastMs - ms > MAX_CORRECTION_MS) {
    lastMs = ms;
    counter = nextRandom(2).readUInt16BE(0) & 0x07ff;
  } else if (++counter > 0x0fff) {
    lastMs += 1;
    counter = 0;
  }
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  nextRandom(8).copy(bytes, 8);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function nextRandom(size: number): Buffer {
  if (poolOffset + size > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  poolOffset += size;
  return pool.subarray(poolOffset - size, poolOffset);
}

const GUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;
const GUID_WITHOUT_DASHES = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i;

/** The GUID in lower case with dashes, or `undefined` when the text is none. Accepts braces and missing dashes. */
export function parseGuid(text: string): string | undefined {
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const match = GUID.exec(bare) ?? GUID_WITHOUT_DASHES.exec(bare);
  return match ? match.slice(1).join('-').toLowerCase() : undefined;
}
