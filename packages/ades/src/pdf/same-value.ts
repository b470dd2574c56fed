import { sameBytes } from '../x509/certificate-reader.ts';
import { isDict, PdfName, PdfRef, PdfStream, PdfString, type PdfValue } from './objects.ts';

/** Whether two values are written with the same meaning; references count by number and are not followed. */
export function sameValue(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left === right) return true;
  if (left instanceof PdfName) return right instanceof PdfName && left.value === right.value;
  if (left instanceof PdfString) return right instanceof PdfString && sameBytes(left.bytes, right.bytes);
  if (left instanceof PdfRef) {
    return right instanceof PdfRef && left.number === right.number && left.generation === right.generation;
  }
  if (left instanceof PdfStream) {
    return right instanceof PdfStream && sameBytes(left.raw, right.raw) && sameValue(left.dict, right.dict);
  }
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => sameValue(item, right[index]))
    );
  }
  if (!isDict(left) || !isDict(right)) return false;
  return [...left.keys(), ...right.keys()].every((key) => sameValue(left.get(key), right.get(key)));
}
