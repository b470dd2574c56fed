import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import { decodeBase64 } from '../kernel/http/base64-input.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import type { SignByHandRequest } from './contract/session.ts';
import { inkExtent, readPicture, writePicture } from './png-picture.ts';

const WIDTH = 600;
const HEIGHT = 200;
const LONGEST_MS = 60 * 60_000;
/** What has less is a dot: in pixels, of what is to be seen and of what was drawn. */
const LEAST_EXTENT = 20;
const LEAST_LENGTH = 40;

/** A signature that was drawn, or typed and set in a script face. */
export interface Handwriting {
  kind: 'drawn' | 'typed';
  firstName: string;
  lastName: string;
  /** PNG, 600 × 200, transparent ground. */
  picture: Buffer;
  /** As they were drawn: x, y, milliseconds, pressure, x, y …; empty for a typed one. */
  strokes: readonly (readonly number[])[];
}

/**
 * Checks a signature from the browser and takes out of it what is kept. `fixed` is the name of the login, where there is
 * one. Throws 400 `validation_failed`, 422 `signature_empty` when there is nothing to be seen or no more than a dot.
 */
export function readHandwriting(
  given: SignByHandRequest,
  fixed: { firstName: string; lastName: string } | undefined,
): Handwriting {
  const { kind, strokes = [] } = given;
  const { firstName, lastName } = fixed ?? {
    firstName: given.firstName?.trim().replace(/\s+/g, ' ') ?? '',
    lastName: given.lastName?.trim().replace(/\s+/g, ' ') ?? '',
  };
  const bytes = decodeBase64(given.picture);
  const picture = bytes && readPicture(bytes, WIDTH, HEIGHT);
  const errors: FieldError[] = [];
  if (!firstName) errors.push({ field: 'firstName', code: 'required', message: 'Must be filled in.' });
  if (!lastName) errors.push({ field: 'lastName', code: 'required', message: 'Must be filled in.' });
  if (!picture) {
    const message = `Must be a PNG of ${WIDTH} × ${HEIGHT} pixels with red, green, blue and opacity.`;
    errors.push({ field: 'picture', code: 'format', message });
  }
  if (!strokes.every(isStroke)) {
    errors.push({
      field: 'strokes',
      code: 'format',
      message: 'Must be points within the area, as x, y, time, pressure.',
    });
  }
  if (errors.length > 0 || !picture) throw validationFailed(errors);
  const extent = inkExtent(picture);
  const isDot = Math.max(extent.width, extent.height) < LEAST_EXTENT;
  if (isDot || (kind === 'drawn' && lengthOf(strokes) < LEAST_LENGTH)) {
    throw new SeglError(422, 'signature_empty', 'There is no signature to be seen, or only a dot.');
  }
  return { kind, firstName, lastName, picture: writePicture(picture), strokes: kind === 'drawn' ? strokes : [] };
}

function isStroke(stroke: readonly number[]): boolean {
  if (stroke.length === 0 || stroke.length % 4 !== 0) return false;
  const limits = [WIDTH, HEIGHT, LONGEST_MS, 1];
  return stroke.every((value, index) => value >= 0 && value <= limits[index % 4]!);
}

function lengthOf(strokes: readonly (readonly number[])[]): number {
  let length = 0;
  for (const stroke of strokes) {
    for (let at = 4; at < stroke.length; at += 4) {
      length += Math.hypot(stroke[at]! - stroke[at - 4]!, stroke[at + 1]! - stroke[at - 3]!);
    }
  }
  return length;
}
