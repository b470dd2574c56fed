import sharp from 'sharp';

const WIDTH = 400;
const HEIGHT = 160;
const MAX_PIXELS = 40_000_000;
const TIMEOUT_SECONDS = 10;
/** At which a unit of an SVG is one pixel. */
const SVG_DENSITY = 72;
/** The most that is possible. */
const MAX_SVG_DENSITY = 100_000;
const FORMATS = ['png', 'jpeg', 'gif', 'webp', 'svg'];

/**
 * The picture as PNG of at most 400 × 160 pixels, which is all that is kept of it: no metadata, no scripts, of a moving
 * one the first frame. `undefined` when it is no PNG, JPEG, GIF, WebP or SVG, or is broken.
 */
export async function logoImage(bytes: Buffer): Promise<Buffer | undefined> {
  const options = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const;
  try {
    const { format, width, height } = await sharp(bytes, options).metadata();
    if (!FORMATS.includes(format) || !width || !height) return undefined;
    // Drawn as large as it is shown: enlarged afterwards it would be blurred.
    const scale = Math.min(WIDTH / width, HEIGHT / height);
    const density = Math.min(MAX_SVG_DENSITY, Math.max(SVG_DENSITY, SVG_DENSITY * scale));
    return await sharp(bytes, format === 'svg' ? { ...options, density } : options)
      .timeout({ seconds: TIMEOUT_SECONDS })
      .rotate()
      .resize({ width: WIDTH, height: HEIGHT, fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch {
    return undefined;
  }
}
