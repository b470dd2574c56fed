import { deflateSync } from 'node:zlib';

export interface SamplePage {
  /** `[left bottom right top]` in PDF syntax, A4 by default. */
  mediaBox?: string;
  /** Further entries of the page dictionary in PDF syntax. */
  extra?: string;
  text?: string;
}

export interface SampleOptions {
  version?: string;
  pages?: SamplePage[];
  /** Further entries of the catalog; objects that it refers to go into `objects`. */
  catalog?: string;
  /** Further objects by number; numbers from 100 on are free for them. */
  objects?: Record<number, string>;
  /** Cross-reference table, or cross-reference stream with the dictionaries in an object stream. */
  style?: 'table' | 'stream';
}

/**
 * A small correct PDF made for the tests: catalog 1, page tree 2, font 3, then a page and its content per page, from 10
 * on in steps of two.
 */
export function samplePdf(options: SampleOptions = {}): Buffer {
  const pages = options.pages ?? [{ text: 'Agreement' }];
  const objects = new Map<number, string>();
  const kids = pages.map((_page, index) => `${10 + 2 * index} 0 R`).join(' ');
  objects.set(1, `<</Type/Catalog/Pages 2 0 R${options.catalog ?? ''}>>`);
  objects.set(2, `<</Type/Pages/Count ${pages.length}/Kids[${kids}]>>`);
  objects.set(3, '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>');
  for (const [index, page] of pages.entries()) {
    const number = 10 + 2 * index;
    const content = `BT /F1 18 Tf 60 700 Td (${page.text ?? `Page ${index + 1}`}) Tj ET`;
    objects.set(
      number,
      `<</Type/Page/Parent 2 0 R/MediaBox${page.mediaBox ?? '[0 0 595 842]'}` +
        `/Resources<</Font<</F1 3 0 R>>>>/Contents ${number + 1} 0 R${page.extra ?? ''}>>`,
    );
    objects.set(number + 1, `<</Length ${content.length}>>\nstream\n${content}\nendstream`);
  }
  for (const [number, body] of Object.entries(options.objects ?? {})) objects.set(Number(number), body);
  return options.style === 'stream' ? writeWithStreams(objects, options) : writeWithTable(objects, options);
}

const highest = (objects: Map<number, string>): number => [...objects.keys()].reduce((a, b) => Math.max(a, b));

const header = (options: SampleOptions): string => `%PDF-${options.version ?? '1.7'}\n%\xe2\xe3\xcf\xd3\n`;

function writeWithTable(objects: Map<number, string>, options: SampleOptions): Buffer {
  let text = header(options);
  let table = 'xref\n0 1\n0000000000 65535 f\r\n';
  for (const [number, body] of objects) {
    table += `${number} 1\n${String(text.length).padStart(10, '0')} 00000 n\r\n`;
    text += `${number} 0 obj\n${body}\nendobj\n`;
  }
  const size = highest(objects) + 1;
  const trailer = `<</Size ${size}/Root 1 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]>>`;
  return Buffer.from(`${text}${table}trailer\n${trailer}\nstartxref\n${text.length}\n%%EOF\n`, 'latin1');
}

function writeWithStreams(objects: Map<number, string>, options: SampleOptions): Buffer {
  let text = header(options);
  const size = highest(objects) + 3;
  const rows = Buffer.alloc(size * 7);
  const setRow = (number: number, type: number, second: number, third: number) => {
    rows[number * 7] = type;
    rows.writeUInt32BE(second, number * 7 + 1);
    rows.writeUInt16BE(third, number * 7 + 5);
  };
  const addObject = (number: number, body: string) => {
    setRow(number, 1, text.length, 0);
    text += `${number} 0 obj\n${body}\nendobj\n`;
  };
  const compressed = [...objects].filter(([, body]) => !body.includes('stream'));
  for (const [number, body] of objects) if (body.includes('stream')) addObject(number, body);
  let index = '';
  let bodies = '';
  for (const [at, [number, body]] of compressed.entries()) {
    index += `${number} ${bodies.length} `;
    bodies += `${body} `;
    setRow(number, 2, size - 2, at);
  }
  const data = deflateSync(Buffer.from(index + bodies, 'latin1')).toString('latin1');
  addObject(
    size - 2,
    `<</Type/ObjStm/N ${compressed.length}/First ${index.length}/Filter/FlateDecode/Length ${data.length}>>\nstream\n${data}\nendstream`,
  );
  setRow(size - 1, 1, text.length, 0);
  const table = deflateSync(rows).toString('latin1');
  const at = text.length;
  const entries = `/Type/XRef/Size ${size}/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length ${table.length}`;
  text += `${size - 1} 0 obj\n<<${entries}>>\nstream\n${table}\nendstream\nendobj\n`;
  return Buffer.from(`${text}startxref\n${at}\n%%EOF\n`, 'latin1');
}
