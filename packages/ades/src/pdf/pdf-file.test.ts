import { describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { IncrementalUpdate } from './incremental-update.ts';
import { inspectPdf } from './inspect-pdf.ts';
import { ObjectParser, PdfSyntaxError } from './object-parser.ts';
import { dict, name, PdfRef, PdfStream, PdfString, type PdfValue, readTextString, textString } from './objects.ts';
import { openPdf, PdfFile } from './pdf-file.ts';
import { serialize } from './serializer.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const parse = (text: string): PdfValue => new ObjectParser(latin1(text)).parseObject();
const codeOf = async (bytes: Uint8Array): Promise<string> => {
  const inspection = await inspectPdf(bytes);
  return inspection.verdict === 'refused' ? inspection.code : inspection.verdict;
};

describe('ObjectParser', () => {
  it('reads every object type', () => {
    expect(parse('[null true false -1 +2 .5 -0.25 12 0 R /A#42 (s) <4142>]')).toEqual([
      null,
      true,
      false,
      -1,
      2,
      0.5,
      -0.25,
      new PdfRef(12, 0),
      name('AB'),
      new PdfString(latin1('s')),
      new PdfString(latin1('AB')),
    ]);
    expect(parse('<</A 1/B[2 3]%comment\n/C<</D/E>>>>')).toEqual(
      new Map<string, PdfValue>([
        ['A', 1],
        ['B', [2, 3]],
        ['C', new Map([['D', name('E')]])],
      ]),
    );
  });

  it('reads strings with escapes, nesting, octal codes and line ends', () => {
    const string = parse('(a\\(b\\)(c)\\101\\0535\\\r\nd\r\ne\\q)') as PdfString;
    expect(Buffer.from(string.bytes).toString('latin1')).toBe('a(b)(c)A+5d\neq');
    expect([...(parse('<414>') as PdfString).bytes]).toEqual([0x41, 0x40]);
  });

  it('does not take two integers for a reference', () => {
    expect(parse('[1 2 3 0 R 4]')).toEqual([1, 2, new PdfRef(3, 0), 4]);
    expect(parse('[1 0 Rx]'.replace('Rx', ''))).toEqual([1, 0]);
  });

  it.each(['(open', '<4g>', '[1 2', '<</A 1', '<<1 2>>', '--5', '1.2.3', 'nul', ''])('refuses %s', (text) => {
    expect(() => parse(text)).toThrow(PdfSyntaxError);
  });

  it('reads back what the serializer writes', () => {
    const value = dict({
      Name: name('a b#/é'),
      Text: textString('Godkjent (v1) \\ Čáhppe'),
      Numbers: [0, -17, 0.1, 1e-7, 123456789.5],
      Nested: dict({ Ref: new PdfRef(5, 2), Nothing: null, Flag: false }),
    });
    const back = parse(serialize(value)) as typeof value;
    expect(serialize(back)).toBe(serialize(value));
    expect(readTextString(back.get('Text') as PdfString)).toBe('Godkjent (v1) \\ Čáhppe');
    expect(back.get('Name')).toEqual(name('a b#/é'));
  });
});

describe('PdfFile', () => {
  it('reads hybrid files: what only the stream lists does not vanish', () => {
    const stream = samplePdf({ style: 'stream' }).toString('latin1');
    const start = Number(/startxref\n(\d+)/.exec(stream)![1]);
    const body = stream.slice(0, stream.indexOf('startxref'));
    const table = `xref\n0 1\n0000000000 65535 f\r\n10 1\n0000000000 00000 f\r\ntrailer\n<</Size 14/Root 1 0 R/XRefStm ${start}>>\n`;
    const hybrid = latin1(`${body}${table}startxref\n${body.length}\n%%EOF\n`);
    const file = openPdf(hybrid);
    expect(file.crossReference.style).toBe('table');
    expect(file.resolveDict(new PdfRef(10))?.get('Type')).toEqual(name('Page'));
  });

  it('obeys deletions, generations and entries at offset 0', () => {
    const base = samplePdf({ objects: { 100: '(old)', 101: '(zero)' } }).toString('latin1');
    const prev = /startxref\n(\d+)/.exec(base)![1];
    const at = base.length;
    const object = '100 1 obj\n(new)\nendobj\n';
    const table = `xref\n100 2\n${String(at).padStart(10, '0')} 00001 n\r\n0000000000 00000 n\r\n`;
    const trailer = `trailer\n<</Size 102/Root 1 0 R/Prev ${prev}>>\nstartxref\n${at + object.length}\n%%EOF\n`;
    const file = openPdf(latin1(base + object + table + trailer));
    expect(file.get(new PdfRef(100, 0))).toBeNull();
    expect(file.get(new PdfRef(100, 1))).toEqual(new PdfString(latin1('new')));
    expect(file.get(new PdfRef(101))).toBeNull();
  });

  it('refuses an object that is not where the cross-reference says', () => {
    const text = samplePdf({ objects: { 100: '(x)' } }).toString('latin1');
    const file = new PdfFile(latin1(text.replace('100 0 obj', '999 0 obj')));
    expect(() => file.get(new PdfRef(100))).toThrow(PdfSyntaxError);
  });
});

describe('IncrementalUpdate', () => {
  it.each(['table', 'stream'] as const)('continues a file in its own manner: %s', async (style) => {
    await using bench = await createWorkbench();
    const original = samplePdf({ style });
    const update = new IncrementalUpdate(openPdf(original));
    for (let revision = 0; revision < 3; revision++) {
      const stream = update.add(new PdfStream(dict({ Revision: revision }), latin1('data')));
      update.edit(update.file.rootRef).set(`Extra${revision}`, stream);
      update.commit();
    }
    const bytes = update.finish();
    expect(Buffer.compare(bytes.subarray(0, original.length), original)).toBe(0);
    const file = openPdf(bytes);
    expect(file.crossReference.style).toBe(style);
    expect(file.crossReference.sections).toHaveLength(4);
    expect((file.resolve(file.catalog.get('Extra1')) as PdfStream).raw).toEqual(latin1('data'));
    const [first, second] = file.resolveArray(file.trailer.get('ID')) as PdfString[];
    expect(first).not.toEqual(second);
    expect((await runJudge('qpdf', ['--check', await bench.write('updated.pdf', bytes)])).code).toBe(0);
  });

  it('adds a line end when the file has none', () => {
    const original = samplePdf().subarray(0, -1);
    const update = new IncrementalUpdate(openPdf(original));
    update.edit(update.file.rootRef).set('X', 1);
    update.commit();
    const bytes = Buffer.from(update.finish());
    expect(bytes.subarray(original.length, original.length + 5).toString()).toBe('\n1 0 ');
  });
});

describe('files made to exhaust a reader', () => {
  it('share children in the page tree', async () => {
    const objects: Record<number, string> = { 2: '<</Type/Pages/Count 1/Kids[100 0 R 100 0 R]>>' };
    for (let level = 100; level < 150; level++) objects[level] = `<</Kids[${level + 1} 0 R ${level + 1} 0 R]>>`;
    objects[150] = '<</Kids[]>>';
    expect(await codeOf(samplePdf({ objects }))).toBe('pdf_too_complex');
  });

  it('put objects inside the strings of other objects', async () => {
    const count = 60_000;
    let text = '%PDF-1.7\n';
    let table = `xref\n0 1\n0000000000 65535 f\r\n10 ${count}\n`;
    for (let i = 0; i < count; i++) {
      table += `${String(text.length).padStart(10, '0')} 00000 n\r\n`;
      text += `${10 + i} 0 obj(`;
    }
    text += ')'.repeat(count);
    const refs = Array.from({ length: count }, (_item, i) => `${10 + i} 0 R`).join(' ');
    const tail: [number, string][] = [
      [1, `<</Type/Catalog/Pages 2 0 R/X[${refs}]>>`],
      [2, '<</Type/Pages/Count 1/Kids[3 0 R]>>'],
      [3, '<</Type/Page/Parent 2 0 R>>'],
    ];
    text += '\n';
    for (const [number, body] of tail) {
      table += `${number} 1\n${String(text.length).padStart(10, '0')} 00000 n\r\n`;
      text += `${number} 0 obj\n${body}\nendobj\n`;
    }
    const size = 10 + count;
    const file = latin1(`${text}${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`);
    expect(['pdf_too_complex', 'pdf_unreadable']).toContain(await codeOf(file));
  });

  it('open many objects and close none', async () => {
    const text = `%PDF-1.7\n${'1 0 obj(\n'.repeat(60_000)}`;
    expect(['pdf_too_complex', 'pdf_unreadable']).toContain(await codeOf(latin1(text)));
    const page = '5 0 obj<</Type/Page>>endobj ';
    expect(await codeOf(latin1(`%PDF-1.7\n${page}${'1 0 obj(\n'.repeat(60_000)}`))).not.toBe('accepted');
  });
});
