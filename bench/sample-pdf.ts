import { randomBytes } from 'node:crypto';

/** A classic PDF of about this size: some pages of text and an incompressible image. */
export function samplePdf(sizeBytes: number): Buffer {
  const objects: (string | Buffer)[] = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  const kids: string[] = [];
  for (let page = 0; page < 20; page++) {
    const number = objects.length + 1;
    kids.push(`${number} 0 R`);
    const content = `BT /F1 12 Tf 50 800 Td ${`(The parties agree on clause ${page}.) Tj 0 -14 Td `.repeat(20)} ET`;
    objects.push(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents ${number + 1} 0 R>>`,
    );
    objects.push(`<</Length ${content.length}>>\nstream\n${content}\nendstream`);
  }
  objects[1] = `<</Type/Pages/Count ${kids.length}/Kids[${kids.join(' ')}]>>`;
  const used = objects.reduce((sum, body) => sum + body.length, 0);
  const pixels = sizeBytes - used - 3000;
  const image = randomBytes(pixels);
  const entries = `<</Type/XObject/Subtype/Image/Width ${pixels}/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length ${pixels}>>`;
  objects.push(Buffer.concat([Buffer.from(`${entries}\nstream\n`), image, Buffer.from('\nendstream')]));
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  let position = parts[0]!.length;
  let table = '0000000000 65535 f\r\n';
  for (const [index, body] of objects.entries()) {
    table += `${String(position).padStart(10, '0')} 00000 n\r\n`;
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]);
    parts.push(part);
    position += part.length;
  }
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n${table}trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${position}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
