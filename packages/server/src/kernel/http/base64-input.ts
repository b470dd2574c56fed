/**
 * The bytes of a base64 text: standard or URL-safe alphabet, with complete padding or without, blanks ignored, a leading
 * `data:…;base64,` tolerated. `undefined` when it is no base64.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const start = DATA_URL.test(text) ? text.indexOf(';base64,') + 8 : 0;
  if (start === 7) return undefined;
  const body = start === 0 ? text : text.slice(start);
  const bytes = Buffer.from(body, 'base64');
  // Node skips what it does not know; the length tells whether anything was skipped, at the price of no second copy.
  const expected = expectedLength(body);
  return bytes.length === expected ? bytes : undefined;
}

const DATA_URL = /^\s*data:/i;
const FAST = /^[A-Za-z0-9+/]*={0,2}$/;

function expectedLength(body: string): number {
  const clean = FAST.test(body) ? body : body.replace(/\s+/g, '');
  const digits = clean.replace(/={1,2}$/, '');
  const isPadded = digits.length < clean.length;
  if (!/^[A-Za-z0-9+/_-]*$/.test(digits) || digits.length % 4 === 1 || (isPadded && clean.length % 4 !== 0)) return -1;
  return Math.floor((digits.length * 3) / 4);
}
