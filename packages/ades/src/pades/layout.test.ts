import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { type PdfName, PdfRef, type PdfStream, PdfString, readTextString } from '../pdf/objects.ts';
import { walkPages } from '../pdf/page-tree.ts';
import { openPdf, type PdfFile } from '../pdf/pdf-file.ts';
import { readNumberTree } from '../pdf/structure-tree.ts';
import { layOutPackagedPdf, type PackageLayout } from './layout.ts';
import { markRectangle } from './test-mark.ts';

const fields = { certification: { name: 'Certification' }, approvals: [] } satisfies PackageLayout;
const modifiedAt = new Date('2026-11-24T08:00:00Z');

function annotations(file: PdfFile, page: number): Map<string, unknown>[] {
  const node = [...walkPages(file, file.catalog)][page]!;
  return (file.resolveArray(node.dict.get('Annots')) ?? []).map((item) => file.resolveDict(item)!);
}

const subtypes = (file: PdfFile, page: number): string[] =>
  annotations(file, page).map((annotation) => (annotation.get('Subtype') as PdfName).value);

describe('TEST mark', () => {
  it('stands at the top right of what the reader sees, whatever the rotation', () => {
    const box = [-100, -300, 495, 542] as const;
    const at = (rotation: 0 | 90 | 180 | 270) => markRectangle({ box, rotation, userUnit: 1 });
    expect(at(0)).toEqual([399, 500, 483, 530]);
    expect(at(90)).toEqual([-88, 446, -58, 530]);
    expect(at(180)).toEqual([-88, -288, -4, -258]);
    expect(at(270)).toEqual([453, -288, 483, -204]);
  });

  it('has the same printed size under a user unit, and shrinks on small pages', () => {
    const page = { box: [0, 0, 595, 842] as const, rotation: 0 as const };
    const width = ([left, , right]: readonly number[]) => right! - left!;
    const normal = markRectangle({ ...page, userUnit: 1 });
    expect(width(markRectangle({ ...page, userUnit: 2 }))).toBeCloseTo(width(normal) / 2);
    const label = markRectangle({ box: [0, 0, 60, 40], rotation: 0, userUnit: 1 });
    expect(width(label)).toBeLessThanOrEqual(24);
    expect(label[0]).toBeGreaterThan(0);
    expect(label[3]).toBeLessThan(40);
  });

  it('lies inside the CropBox, turned against the page, once on a page that is listed twice', () => {
    const original = samplePdf({
      pages: [{ extra: '/CropBox[100 100 400 500]/Rotate -270' }, {}],
      objects: { 2: '<</Type/Pages/Count 3/Kids[10 0 R 12 0 R 10 0 R]>>' },
    });
    const file = openPdf(layOutPackagedPdf(original, { ...fields, testMark: true }).bytes);
    const [mark] = annotations(file, 0);
    const [left, bottom, right, top] = mark!.get('Rect') as number[];
    expect(left! >= 100 && bottom! >= 100 && right! <= 400 && top! <= 500).toBe(true);
    expect(top! - bottom!).toBeGreaterThan(right! - left!);
    const appearance = file.resolve((mark!.get('AP') as Map<string, PdfRef>).get('N')) as PdfStream;
    expect(appearance.dict.get('Matrix')).toEqual([0, 1, -1, 0, 0, 0]);
    expect(mark!.get('F')).toBe(4 | 64 | 128 | 512);
    expect(subtypes(file, 0)).toEqual(['Stamp', 'Widget']);
    expect(subtypes(file, 1)).toEqual(['Stamp']);
  });

  it('does not touch the page contents, nor an annotation array that pages share', () => {
    const original = samplePdf({
      pages: [{ extra: '/Annots 100 0 R' }, { extra: '/Annots 100 0 R' }],
      objects: { 100: '[101 0 R]', 101: '<</Type/Annot/Subtype/Text/Rect[0 0 1 1]>>' },
    });
    const file = openPdf(layOutPackagedPdf(original, { ...fields, testMark: true }).bytes);
    expect(subtypes(file, 0)).toEqual(['Text', 'Stamp', 'Widget']);
    expect(subtypes(file, 1)).toEqual(['Text', 'Stamp']);
    for (const [index, page] of [...walkPages(file, file.catalog)].entries()) {
      expect(page.dict.get('Contents')).toEqual(new PdfRef(11 + 2 * index));
    }
  });

  it('is drawn where the reader looks, with leaking page content', async () => {
    await using bench = await createWorkbench();
    const content = '1 0 0 -1 0 842 cm';
    const original = samplePdf({ objects: { 11: `<</Length ${content.length}>>\nstream\n${content}\nendstream` } });
    const { bytes } = layOutPackagedPdf(original, { ...fields, testMark: true });
    const path = await bench.write('marked.pdf', bytes);
    await runJudge('pdftoppm', ['-r', '36', '-gray', path, `${bench.folder}/page`]);
    const image = await readFile(`${bench.folder}/page-1.pgm`);
    const [width, height] = [298, 421];
    const pixels = image.subarray(image.length - width * height);
    const dark: [number, number][] = [];
    for (const [at, value] of pixels.entries()) if (value < 200) dark.push([at % width, Math.floor(at / width)]);
    expect(dark.length).toBeGreaterThan(50);
    expect(dark.every(([x, y]) => x > 240 && y < 25)).toBe(true);
  });
});

describe('evidence pages', () => {
  it('bring their resources and leave links and structure behind', async () => {
    await using bench = await createWorkbench();
    const evidencePages = samplePdf({
      style: 'stream',
      pages: [{ text: 'Evidence', extra: '/Annots[100 0 R]/StructParents 0' }, { text: 'Second' }],
      objects: { 100: '<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest[12 0 R/Fit]>>' },
    });
    const { bytes } = layOutPackagedPdf(samplePdf(), { ...fields, evidencePages });
    const path = await bench.write('laid-out.pdf', bytes);
    expect((await runJudge('pdftotext', [path, '-'])).output).toMatch(/Agreement\s+Evidence\s+Second/);
    expect((await runJudge('pdffonts', [path])).output.match(/Helvetica/g)).toHaveLength(2);
    expect((await runJudge('qpdf', ['--check', path])).code).toBe(0);
    const file = openPdf(bytes);
    expect(subtypes(file, 1)).toEqual([]);
    expect([...walkPages(file, file.catalog)][1]!.dict.has('StructParents')).toBe(false);
  });

  it('carry appearances of pages whose content is in parts, or turned', async () => {
    await using bench = await createWorkbench();
    const parts = samplePdf({
      pages: [{ mediaBox: '[0 0 300 60]' }],
      objects: {
        10: '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 60]/Rotate 90/Resources<</Font<</F1 3 0 R>>>>/Contents[100 0 R 101 0 R 102 0 R]>>',
        100: '<</Length 16>>\nstream\nBT /F1 18 Tf 9 9\nendstream',
        101: '<</Length 20>>\nstream\nTd (Kari signed) Tj \nendstream',
        102: '<</Length 2>>\nstream\nET\nendstream',
      },
    });
    const layout: PackageLayout = {
      ...fields,
      evidencePages: samplePdf({ pages: [{ text: 'Evidence' }] }),
      approvals: [{ name: 'Kari', visible: { evidencePage: 0, rect: [50, 50, 110, 350], appearance: parts } }],
    };
    const path = await bench.write('laid-out.pdf', layOutPackagedPdf(samplePdf(), layout).bytes);
    expect((await runJudge('pdftotext', ['-f', '2', path, '-'])).output).toContain('Kari signed');
  });

  it('go before the original where they are wanted there, and page labels move along', async () => {
    await using bench = await createWorkbench();
    const original = samplePdf({
      pages: [{ text: 'Agreement' }, { text: 'Annex' }],
      catalog: '/PageLabels<</Nums[0<</S/r>>1<</S/D>>]>>',
    });
    const evidencePages = samplePdf({ pages: [{ text: 'Cover' }, { text: 'Details' }] });
    const { bytes } = layOutPackagedPdf(original, { ...fields, evidencePages, pagesInFront: 1 });
    const path = await bench.write('laid-out.pdf', bytes);
    expect((await runJudge('qpdf', ['--check', path])).code).toBe(0);
    expect((await runJudge('pdftotext', [path, '-'])).output).toMatch(/Cover\s+Agreement\s+Annex\s+Details/);
    const file = openPdf(bytes);
    expect([...readNumberTree(file, file.catalog.get('PageLabels')).keys()]).toEqual([0, 1, 2]);
  });

  it('that do not exist cannot carry a signature', () => {
    const visible = { evidencePage: 0, rect: [0, 0, 9, 9] as const, appearance: samplePdf() };
    expect(() => layOutPackagedPdf(samplePdf(), { ...fields, approvals: [{ name: 'Kari', visible }] })).toThrow(
      expect.objectContaining({ code: 'layout_invalid' }),
    );
  });
});

describe('signature fields', () => {
  it('are printable, locked, have an appearance, and names of their own', () => {
    const original = samplePdf({
      catalog: '/AcroForm<</Fields[100 0 R]/DA(x)>>',
      objects: { 100: '<</FT/Sig/T(Kari)>>' },
    });
    const layout = { ...fields, approvals: [{ name: 'Kari' }, { name: 'Kari' }, { name: 'a.b' }] };
    const laidOut = layOutPackagedPdf(original, layout);
    expect(laidOut.fields.approvals).toEqual(['Kari_2', 'Kari_3', 'a_b']);
    const file = openPdf(laidOut.bytes);
    for (const widget of annotations(file, 0)) {
      expect(widget.get('F')).toBe(132);
      expect(widget.get('P')).toEqual(new PdfRef(10));
      const appearance = file.resolve((widget.get('AP') as Map<string, PdfRef>).get('N')) as PdfStream;
      expect(appearance.dict.get('BBox')).toEqual([0, 0, 0, 0]);
    }
    const form = file.resolveDict(file.catalog.get('AcroForm'))!;
    expect(form.get('DA')).toEqual(new PdfString(Buffer.from('x')));
    expect(form.get('SigFlags')).toBe(3);
  });
});

describe('associated files', () => {
  const attach = (original: Uint8Array, names: string[]) =>
    layOutPackagedPdf(original, {
      ...fields,
      associatedFiles: names.map((name) => ({
        name,
        mimeType: 'application/xml',
        bytes: Buffer.from(name),
        modifiedAt,
      })),
    });

  it('are found by name, in any script, numbered when taken', async () => {
    await using bench = await createWorkbench();
    const { bytes } = attach(samplePdf({ style: 'stream' }), ['kåre.xml', 'kari.xml', 'kari.xml', 'b', 'a']);
    const path = await bench.write('attached.pdf', bytes);
    const { output } = await runJudge('pdfdetach', ['-list', path]);
    expect(output).toMatch(/5 embedded files/);
    for (const name of ['kåre.xml', 'kari.xml', 'kari-2.xml', 'b', 'a']) expect(output).toContain(`: ${name}\n`);
    const file = openPdf(bytes);
    const specification = file.resolveDict(file.resolveArray(file.catalog.get('AF'))![0])!;
    expect(readTextString(specification.get('UF') as PdfString)).toBe('kåre.xml');
    expect(specification.get('AFRelationship')).toMatchObject({ value: 'Data' });
    const embedded = file.resolve(file.resolveDict(specification.get('EF'))!.get('UF')) as PdfStream;
    expect(embedded.dict.get('Subtype')).toMatchObject({ value: 'application/xml' });
  });

  it('cost a PDF/A-2 claim, which is reported, and not a PDF/A-3 claim', () => {
    const claim = (part: number) => {
      const xmp = `<x xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>${part}</pdfaid:part></x>`;
      const metadata = `<</Type/Metadata/Length ${xmp.length}>>\nstream\n${xmp}\nendstream`;
      return attach(samplePdf({ catalog: '/Metadata 100 0 R', objects: { 100: metadata } }), ['a.xml']).fields.warnings;
    };
    expect(claim(2)).toEqual(['pdfa_attachments']);
    expect(claim(3)).toEqual([]);
  });
});
