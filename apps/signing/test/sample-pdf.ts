/** A page of the sample: its size in points, its /Rotate, and the lines on it, or a picture all over it. */
export type SamplePage = {
  width?: number;
  height?: number;
  rotate?: number;
  lines: readonly string[];
  picture?: SamplePicture;
  /** Addresses that the page links to, and where: left, bottom, right, top in points. */
  links?: readonly { url: string; rect: readonly [number, number, number, number] }[];
};

/** An encoded picture of 16 × 16 grey pixels. */
export type SamplePicture = { filter: 'JPXDecode' | 'JBIG2Decode'; bitsPerPixel: 1 | 8; data: Buffer };

function pdfString(text: string): string {
  const escaped = [...text].map((character) => {
    const code = character.codePointAt(0)!;
    if ('()\\'.includes(character)) return `\\${character}`;
    return code < 128 ? character : `\\${code.toString(8).padStart(3, '0')}`;
  });
  return `(${escaped.join('')})`;
}

function contentOf(page: SamplePage, height: number): string {
  const lines = page.lines.map((line, at) => `${at === 0 ? '/F2 18 Tf' : '/F1 11 Tf'} ${pdfString(line)} Tj 0 -22 Td`);
  return `BT 56 ${height - 80} Td ${lines.join('\n')} ET\n0.12 0.31 0.85 RG 1.5 w 56 ${height - 92} m 180 ${height - 92} l S`;
}

function pictureObject({ filter, bitsPerPixel, data }: SamplePicture): string {
  return (
    '<< /Type /XObject /Subtype /Image /Width 16 /Height 16 /ColorSpace /DeviceGray ' +
    `/BitsPerComponent ${bitsPerPixel} /Filter /${filter} /Length ${data.length} >>\n` +
    `stream\n${data.toString('latin1')}\nendstream`
  );
}

/**
 * A real PDF with text in Helvetica, which is not embedded: the viewer has to bring a font. Characters up to U+00FF.
 */
export function samplePdf(pages: readonly SamplePage[]): Buffer {
  const objects: string[] = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) >>',
    '',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
  ];
  const kids: string[] = [];
  for (const page of pages) {
    const width = page.width ?? 595;
    const height = page.height ?? 842;
    const content = contentOf(page, height);
    const drawn = page.picture ? `q ${width} 0 0 ${height} 0 0 cm /Im1 Do Q` : content;
    objects.push(`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`);
    const contentNumber = objects.length;
    if (page.picture) objects.push(pictureObject(page.picture));
    const pictures = page.picture ? `/XObject << /Im1 ${objects.length} 0 R >> ` : '';
    const links = (page.links ?? []).map(
      ({ url, rect }) =>
        `<< /Type /Annot /Subtype /Link /Rect [${rect.join(' ')}] /Border [0 0 0] /A << /S /URI /URI ${pdfString(url)} >> >>`,
    );
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Rotate ${page.rotate ?? 0} ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> ${pictures}>> /Annots [${links.join(' ')}] /Contents ${contentNumber} 0 R >>`,
    );
    kids.push(`${objects.length} 0 R`);
  }
  objects[1] = `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`;

  let body = '%PDF-1.7\n';
  const offsets = objects.map((object, at) => {
    const offset = body.length;
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = body.length;
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  body += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(body, 'latin1');
}

const clause =
  'The borrower repays the loan in equal instalments, on the first day of each month, to the account named above.';

/** A contract with an upright, a landscape, a turned and an upright page again, as real ones come. */
export const contract = samplePdf(
  [
    'Loan agreement 2026-114',
    'Repayment plan',
    'Map of the property',
    '§ 4 Insurance',
    '§ 5 Default',
    'Annex A',
    'Signatures',
  ].map((title, at) => ({
    ...(at === 1 ? { width: 842, height: 595 } : {}),
    rotate: at === 2 ? 90 : 0,
    // Over the title, which is the first line.
    links: at === 0 || at === 2 ? [{ url: `https://nordbank.example/terms/${at + 1}`, rect: [56, 758, 290, 780] }] : [],
    lines: [
      title,
      '',
      ...Array.from({ length: 20 }, (_, line) => `${line + 1}. ${clause.slice(0, 70 + ((line * 7) % 30))}`),
      'Bjørn Ærlig, Ålesund',
    ],
  })),
);

/** A very long document of upright pages. */
export function longDocument(pages: number): Buffer {
  return samplePdf(Array.from({ length: pages }, (_, at) => ({ lines: [`Page number ${at + 1}`, clause] })));
}

/** Black on the left, white on the right: as JPEG 2000 (by OpenJPEG's encoder) and as JBIG2 (one MMR region). */
const halfBlack: SamplePicture[] = [
  {
    filter: 'JPXDecode',
    bitsPerPixel: 8,
    data: Buffer.from(
      '/0//UQApAAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAABBwEB/1IADAAAAAEAAAQEAAH/XAAEQED/ZAAlAAFDcmVhdGVk' +
        'IGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACuAAH/k9+FOhFQUxkKrq56Cr6l9h+AAAADCQl+HxgAAAAAwjWH2P0U4R9y' +
        'miPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU' +
        '0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R9ymiPuU0R/3//2Q==',
      'base64',
    ),
  },
  {
    filter: 'JBIG2Decode',
    bitsPerPixel: 1,
    data: Buffer.from(
      'AAAAADAAAQAAABMAAAAQAAAAEAAAAAAAAAAAAAAAAAAAASYAAQAAAB0AAAAQAAAAEAAAAAAAAAAAAAEmov///////gAgAg==',
      'base64',
    ),
  },
];

/** Two pages that are pictures, as scanners make them. */
export const scan = samplePdf(halfBlack.map((picture) => ({ width: 200, height: 200, lines: [], picture })));
