import { expect, it } from 'vitest';
import { smsParts } from './sms-parts.ts';

it.each([
  ['nothing', '', 1],
  ['160 characters of the alphabet', 'å'.repeat(160), 1],
  ['161 of them', 'å'.repeat(161), 2],
  ['306 of them', 'a'.repeat(306), 2],
  ['307 of them', 'a'.repeat(307), 3],
  ['80 that count twice', '€'.repeat(80), 1],
  ['81 that count twice', '€'.repeat(81), 2],
  ['70 with another one', `š${'a'.repeat(69)}`, 1],
  ['71 with another one', `š${'a'.repeat(70)}`, 2],
  ['faces, which take two places each', '🙂'.repeat(35), 1],
  ['one face more', '🙂'.repeat(36), 2],
])('%s: %#', (_name, text, parts) => {
  expect(smsParts(text)).toBe(parts);
});
