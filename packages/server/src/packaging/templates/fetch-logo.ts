import { SeglError } from '../../kernel/errors/segl-error.ts';
import type { Environment } from '../../kernel/events/events.ts';
import { pictureSource, readPicture } from '../pages/pictures.ts';
import type { TemplateDeps } from './template-deps.ts';

const MAX_LOGO_BYTES = 1024 * 1024;
const FETCH_MS = 10_000;
/** Of the logo as it is kept, in pixels. */
const SIZE = { width: 800, height: 320 } as const;
const MAX_PIXELS = 16_000_000;

/**
 * The picture at an address, PNG or JPEG, drawn anew as a PNG of a size that pages need. Throws 400 `validation_failed`
 * where none can be had.
 */
export async function fetchLogo(
  { outboundHttp }: Pick<TemplateDeps, 'outboundHttp'>,
  url: string,
  environment: Environment,
): Promise<Buffer> {
  if (!url.startsWith('https://')) throw refused('The address does not begin with https://.');
  const answer = await outboundHttp.get({
    url,
    kind: 'other',
    environment,
    timeoutMs: FETCH_MS,
    maxBytes: MAX_LOGO_BYTES,
  });
  if ('error' in answer) throw refused(`The logo could not be fetched: ${answer.error}.`);
  if (answer.status !== 200) throw refused(`The logo could not be fetched: the answer was ${answer.status}.`);
  if (!readPicture(pictureSource(answer.body))) throw refused('There is no PNG or JPEG picture of a usable size.');
  // Loaded when the first logo comes: it takes longer than all else that the server starts with.
  const { default: sharp } = await import('sharp');
  try {
    return await sharp(answer.body, { limitInputPixels: MAX_PIXELS })
      .rotate()
      .resize({ ...SIZE, fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer();
  } catch {
    throw refused('The picture is damaged.');
  }
}

function refused(message: string): SeglError {
  return new SeglError(400, 'validation_failed', 'The logo cannot be used.', {
    errors: [{ field: 'LogoSourceUrl', code: 'format', message }],
  });
}
