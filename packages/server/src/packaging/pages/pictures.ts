/** An enclosed picture, as pages can show it, with its size in pixels. */
export interface Picture {
  bytes: Buffer;
  width: number;
  height: number;
}

const DATA_URI = /^data:image\/(?:png|jpeg|jpg);base64,([a-z0-9+/=\s]+)$/i;
const MAX_PIXELS = 16_000_000;

/** Reads a `data:` URI with a PNG or JPEG picture; of anything else, and of pictures that are too large, there is none. */
export function readPicture(source: string): Picture | undefined {
  const base64 = DATA_URI.exec(source.trim())?.[1];
  const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  const size = bytes && (pngSize(bytes) ?? jpegSize(bytes));
  return bytes && size && size.width * size.height > 0 && size.width * size.height <= MAX_PIXELS
    ? { bytes, ...size }
    : undefined;
}

export function pictureSource(bytes: Uint8Array): string {
  const type = bytes[0] === 0xff ? 'jpeg' : 'png';
  return `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

const PNG_MARK = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function pngSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || !bytes.subarray(0, 8).equals(PNG_MARK)) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** From the frame header, whatever stands before it. */
function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
