import sharp from 'sharp';
import { expect, it } from 'vitest';
import { logoImage } from './logo-image.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: '#0a5a2a' } });
const sizeOf = async (bytes: Buffer) => {
  const { format, width, height } = await sharp(bytes).metadata();
  return { format, width, height };
};

it.each([
  ['png', () => picture(800, 400).png(), 320, 160],
  ['jpeg', () => picture(1200, 200).jpeg(), 400, 67],
  ['gif', () => picture(40, 20).gif(), 40, 20],
  ['webp', () => picture(100, 160).webp(), 100, 160],
])('%s becomes PNG within 400 × 160, and is never enlarged', async (_format, made, width, height) => {
  const logo = await logoImage(await made().toBuffer());
  expect(await sizeOf(logo!)).toEqual({ format: 'png', width, height });
});

it('SVG is drawn as large as it is shown, without its scripts and without what it refers to', async () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="4">
    <script>alert(1)</script><image xlink:href="file:///etc/hostname" width="10" height="4"/>
    <rect width="10" height="4" fill="#0a5a2a"/></svg>`;
  const logo = (await logoImage(Buffer.from(svg)))!;
  expect(await sizeOf(logo)).toEqual({ format: 'png', width: 400, height: 160 });
  expect(logo.includes('alert')).toBe(false);
});

it('nothing of a picture but the picture is kept', async () => {
  const tagged = await picture(20, 20)
    .jpeg()
    .withExif({ IFD0: { Copyright: 'Kari Nordmann' } })
    .toBuffer();
  expect(tagged.includes('Kari')).toBe(true);
  expect((await logoImage(tagged))!.includes('Kari')).toBe(false);
});

it.each([
  ['text', Buffer.from('hello')],
  ['a format that is not listed', await picture(10, 10).tiff().toBuffer()],
  ['half a file', (await picture(300, 300).png({ compressionLevel: 0 }).toBuffer()).subarray(0, 5000)],
  [
    'a picture too large to be drawn',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"/>'),
  ],
])('%s is no logo', async (_name, bytes) => {
  expect(await logoImage(bytes)).toBeUndefined();
});
