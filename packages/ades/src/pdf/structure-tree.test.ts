import { describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { layOutPackagedPdf } from '../pades/layout.ts';
import { PdfRef } from './objects.ts';
import { walkPages } from './page-tree.ts';
import { openPdf } from './pdf-file.ts';
import { readNumberTree } from './structure-tree.ts';

/** A page that says `text` as one paragraph; the structure below the root, in PDF syntax. */
function taggedPdf(text: string, root: string, objects: Record<number, string>): Buffer {
  const content = `/P <</MCID 0>> BDC BT /F1 18 Tf 60 700 Td (${text}) Tj ET EMC`;
  return samplePdf({
    pages: [{ extra: '/StructParents 0' }],
    catalog: '/StructTreeRoot 100 0 R/MarkInfo<</Marked true>>/Lang(en)',
    objects: {
      11: `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
      100: `<</Type/StructTreeRoot${root}>>`,
      ...objects,
    },
  });
}

const paragraph = (parent: number) => `<</Type/StructElem/S/P/P ${parent} 0 R/Pg 10 0 R/K 0>>`;

const inDocument = (text: string) =>
  taggedPdf(text, '/K 101 0 R/ParentTree 103 0 R/ParentTreeNextKey 1', {
    101: '<</Type/StructElem/S/Document/P 100 0 R/K[102 0 R]>>',
    102: paragraph(101),
    103: '<</Nums[0[102 0 R]]>>',
  });

/** Without a document, with one kid that is not in an array, a parent tree of branches, and keys that were not counted. */
const loose = (text: string) =>
  taggedPdf(text, '/K 102 0 R/ParentTree<</Kids[103 0 R]>>/ParentTreeNextKey 0', {
    102: paragraph(100),
    103: '<</Limits[0 41]/Nums[0[102 0 R] 41[102 0 R]]>>',
  });

const layout = { certification: { name: 'Seal', label: 'The seal of the sender' }, approvals: [], testMark: true };

/** Every page's, and every annotation's, key must lead to an element that leads back. */
function brokenReferences(bytes: Uint8Array): string[] {
  const file = openPdf(bytes);
  const root = file.resolveDict(file.catalog.get('StructTreeRoot'))!;
  const parents = readNumberTree(file, root.get('ParentTree'));
  const broken: string[] = [];
  const keys: unknown[] = [];
  for (const page of walkPages(file, file.catalog)) {
    const annotations = (file.resolveArray(page.dict.get('Annots')) ?? []) as PdfRef[];
    for (const ref of annotations) {
      const key = file.resolveDict(ref)!.get('StructParent');
      keys.push(key);
      const object = file.resolveDict(file.resolveDict(parents.get(key as number))?.get('K'))?.get('Obj');
      if (!(object instanceof PdfRef) || object.number !== ref.number) broken.push(`annotation ${ref.number}`);
    }
    const key = page.dict.get('StructParents');
    if (key === undefined) continue;
    keys.push(key);
    const [element] = file.resolveArray(parents.get(key as number)) ?? [];
    const target = file.resolveDict(element)?.get('Pg');
    if (!(target instanceof PdfRef) || target.number !== page.ref.number) broken.push(`page ${page.ref.number}`);
  }
  if (new Set(keys).size < keys.length) broken.push(`a key is used twice: ${keys}`);
  return broken;
}

describe('the structure of a laid out file', () => {
  it.each([
    ['one document that both are parts of', inDocument('Agreement'), /^Document\n {2}P[\s\S]*\n {2}Part\n {4}P/],
    ['what the original had, and a document behind it', loose('Agreement'), /^P \(block\)[\s\S]*\nDocument\n {2}P/],
  ])('is %s', async (_what, original, shape) => {
    await using bench = await createWorkbench();
    const { bytes } = layOutPackagedPdf(original, { ...layout, evidencePages: inDocument('Evidence') });
    expect(Buffer.from(bytes).subarray(0, original.length).equals(original)).toBe(true);
    const path = await bench.write('laid-out.pdf', bytes);
    expect((await runJudge('qpdf', ['--check', path])).code).toBe(0);
    expect((await runJudge('pdfinfo', [path])).output).toMatch(/Tagged: +yes/);
    expect((await runJudge('pdfinfo', ['-struct', path])).output).toMatch(shape);
    expect((await runJudge('pdfinfo', ['-struct-text', path])).output).toMatch(/"Agreement"[\s\S]*"Evidence"/);
    expect(brokenReferences(bytes)).toEqual([]);
  });

  it('is that of the added pages where the original has none, and does not claim more', async () => {
    await using bench = await createWorkbench();
    const { bytes } = layOutPackagedPdf(samplePdf(), {
      ...layout,
      testMark: false,
      evidencePages: inDocument('Evidence'),
    });
    const path = await bench.write('laid-out.pdf', bytes);
    expect((await runJudge('qpdf', ['--check', path])).code).toBe(0);
    expect((await runJudge('pdfinfo', [path])).output).toMatch(/Tagged: +no/);
    const said = (await runJudge('pdfinfo', ['-struct-text', path])).output;
    expect(said).toContain('"Evidence"');
    expect(said).not.toContain('Agreement');
    expect(brokenReferences(bytes)).toEqual([]);
  });

  it('is not made where nothing has one', () => {
    const { bytes } = layOutPackagedPdf(samplePdf(), { ...layout, evidencePages: samplePdf() });
    expect(openPdf(bytes).catalog.has('StructTreeRoot')).toBe(false);
  });
});
