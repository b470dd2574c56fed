import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type TestAuthority } from '../../test/test-authority.ts';
import { buildSignedData } from '../cms/signed-data-builder.ts';
import { signPadesBaselineB } from '../pades/baseline-b.ts';
import { finishPades, preparePades } from '../pades/two-phase.ts';
import type { SignatureProvider } from '../ports.ts';
import { IncrementalUpdate } from './incremental-update.ts';
import { inspectPdf } from './inspect-pdf.ts';
import { dict, name } from './objects.ts';
import { openPdf } from './pdf-file.ts';
import { repairPdf } from './repair-pdf.ts';

const signingTime = new Date('2026-11-24T08:00:00Z');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const codeOf = async (bytes: Uint8Array): Promise<string> => {
  const inspection = await inspectPdf(bytes);
  return inspection.verdict === 'refused' ? inspection.code : inspection.verdict;
};

let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now: signingTime });
  kari = await authority.enrol({ commonName: 'Kari' });
});
const signed = (bytes: Uint8Array = samplePdf()) => signPadesBaselineB({ bytes, provider: kari, signingTime });

/** Appends a revision that changes the first page. */
function changePage(bytes: Uint8Array): Uint8Array {
  const file = openPdf(bytes);
  const update = new IncrementalUpdate(file);
  const [page] = file.resolveArray(file.resolveDict(file.catalog.get('Pages'))!.get('Kids')) as never[];
  update.edit(page!).set('Rotate', 180);
  update.commit();
  return update.finish();
}

describe('accepted files', () => {
  it.each(['table', 'stream'] as const)('with a cross-reference %s, with their facts', async (style) => {
    const pages = Array.from({ length: 12 }, () => ({}));
    const inspection = await inspectPdf(samplePdf({ style, pages, version: '1.6' }));
    expect(inspection).toMatchObject({
      verdict: 'accepted',
      facts: { pageCount: 12, version: '1.6', signatureCount: 0, hasJavaScript: false, emptySignatureFields: [] },
    });
  });

  it('report JavaScript behind a button and empty signature fields', async () => {
    const file = samplePdf({
      catalog: '/AcroForm<</Fields[100 0 R 101 0 R]>>',
      objects: {
        100: '<</FT/Btn/T(push)/A<</S/JavaScript/JS(app.alert\\(1\\))>>>>',
        101: '<</FT/Sig/T(here)>>',
      },
    });
    expect(await inspectPdf(file)).toMatchObject({
      verdict: 'accepted',
      facts: { hasJavaScript: true, emptySignatureFields: ['here'], signatureCount: 0 },
    });
  });

  it('include signed ones, whose signatures are counted', async () => {
    const once = await signed();
    const twice = await signPadesBaselineB({ bytes: once, provider: kari, signingTime, fieldName: 'Second' });
    expect(await inspectPdf(twice)).toMatchObject({
      verdict: 'accepted',
      facts: { signatureCount: 2, docMdpPermission: undefined },
    });
  });

  it('do not count usage rights as a signature', async () => {
    const file = samplePdf({
      catalog: '/Perms<</UR3 100 0 R>>',
      objects: { 100: '<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>>>' },
    });
    expect(await inspectPdf(file)).toMatchObject({ verdict: 'accepted', facts: { signatureCount: 0 } });
  });
});

describe('refused files', () => {
  it('empty and foreign ones', async () => {
    expect(await codeOf(new Uint8Array(0))).toBe('empty_file');
    expect(await codeOf(latin1('Dear Kari,'))).toBe('not_a_pdf');
  });

  it('encrypted ones: by password, permissions, recipient', async () => {
    await using bench = await createWorkbench();
    const plain = await bench.write('plain.pdf', samplePdf());
    const encrypt = async (user: string) => {
      const out = `${bench.folder}/out.pdf`;
      const { code } = await runJudge('qpdf', ['--encrypt', user, 'owner', '256', '--modify=none', '--', plain, out]);
      expect(code).toBe(0);
      return readFile(out);
    };
    expect(await codeOf(await encrypt('secret'))).toBe('pdf_password');
    expect(await codeOf(await encrypt(''))).toBe('pdf_permissions');
    const recipient = latin1(
      samplePdf().toString('latin1').replace('/Root 1 0 R', '/Root 1 0 R/Encrypt<</Filter/Adobe.PubSec/V 5>>'),
    );
    expect(await codeOf(recipient)).toBe('pdf_encrypted_to_recipient');
  });

  it('ones that break off, with or without a page left', async () => {
    const whole = samplePdf({ style: 'stream', pages: [{ text: 'x'.repeat(2000) }, { text: 'y'.repeat(2000) }] });
    expect(await codeOf(whole.subarray(0, 3000))).toBe('pdf_truncated');
    expect(await codeOf(whole.subarray(0, 500))).toBe('pdf_unreadable');
    expect(await codeOf(latin1('%PDF-1.7\nnothing'))).toBe('pdf_unreadable');
  });

  it('ones with a broken page tree or none', async () => {
    const loop = samplePdf({
      catalog: '/X 100 0 R',
      objects: { 2: '<</Type/Pages/Count 2/Kids[10 0 R 2 0 R]>>', 100: '<<>>' },
    });
    expect(await codeOf(loop)).toBe('pdf_page_tree');
    expect(await codeOf(samplePdf({ pages: [] }))).toBe('pdf_no_pages');
  });

  it('ones whose field tree contains itself', async () => {
    const file = samplePdf({ catalog: '/AcroForm<</Fields[100 0 R]>>', objects: { 100: '<</T(a)/Kids[100 0 R]>>' } });
    expect(await codeOf(file)).toBe('pdf_form_tree');
  });

  it('XFA forms that replace the pages, and collections', async () => {
    const xfa = samplePdf({
      catalog: '/NeedsRendering true/AcroForm<</Fields[100 0 R]/XFA(x)>>',
      objects: { 100: '<</FT/Tx/T(a)>>' },
    });
    expect(await codeOf(xfa)).toBe('pdf_xfa');
    expect(await codeOf(samplePdf({ catalog: '/Collection<<>>' }))).toBe('pdf_portfolio');
  });

  it.each([
    ['JavaScript at opening', '/OpenAction<</S/JavaScript/JS(x)>>'],
    ['JavaScript at printing', '/AA<</WP 100 0 R>>'],
    ['a Launch action', '/Outlines<</First<</A<</S/Launch/F(cmd.exe)>>>>>>'],
    ['a Launch action with an escaped name', '/Outlines<</First<</A<</S/L#61unch/F(cmd.exe)>>>>>>'],
  ])('active ones: %s', async (_what, catalog) => {
    expect(await codeOf(samplePdf({ catalog, objects: { 100: '<</S/JavaScript/JS(x)>>' } }))).toBe('active_content');
  });

  it('active ones: rich media on a page', async () => {
    const file = samplePdf({ pages: [{ extra: '/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]>>]' }] });
    expect(await codeOf(file)).toBe('active_content');
  });

  it('certified ones that allow no change', async () => {
    const prepared = preparePades({
      bytes: samplePdf(),
      field: { create: 'C' },
      digestAlgorithm: 'sha256',
      signingTime,
      docMdp: 1,
    });
    const certified = finishPades(prepared, await buildSignedData({ provider: kari, contentDigest: prepared.digest }));
    expect(await codeOf(certified)).toBe('certified_no_changes');
  });

  it('signed ones that were altered, in the document or in the gap', async () => {
    const file = await signed(samplePdf({ pages: [{ text: 'Agreement over 1000' }] }));
    const altered = Uint8Array.from(file);
    altered[Buffer.from(file).indexOf('1000')] = 0x39;
    expect(await codeOf(altered)).toBe('existing_signature_broken');
    const range = Buffer.from(file).indexOf('/ByteRange[0 ') + 13;
    const shrunk = Buffer.from(file);
    const first = /^\d+/.exec(shrunk.toString('latin1', range, range + 10))![0];
    shrunk.write(String(Number(first) - 10).padStart(first.length, '0'), range, 'latin1');
    expect(await codeOf(shrunk)).toBe('existing_signature_broken');
  });

  it('signed ones that were changed afterwards', async () => {
    expect(await codeOf(changePage(await signed()))).toBe('changed_after_signature');
    const covered = await signPadesBaselineB({ bytes: changePage(samplePdf()), provider: kari, signingTime });
    expect(await codeOf(covered)).toBe('accepted');
  });

  it('signed ones that are damaged: a repair would void the signature', async () => {
    const file = Buffer.from(await signed());
    file.fill(0x20, file.lastIndexOf('startxref'));
    expect(await codeOf(file)).toBe('existing_signature_broken');
    await expect(repairPdf(file)).rejects.toMatchObject({ code: 'existing_signature_broken' });
  });

  it('ones that would explode: object streams, images, JBIG2 content', async () => {
    const bomb = deflateSync(Buffer.alloc(60_000_000, 0x20)).toString('latin1');
    const file = samplePdf({
      style: 'stream',
      catalog: '/X 100 0 R',
      objects: {
        100: `<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length ${bomb.length}>>\nstream\n${bomb}\nendstream`,
      },
    });
    const pointing = repointToStream(file, 100);
    expect(await codeOf(pointing)).toBe('pdf_too_complex');
    const image = '<</Subtype/Image/Width 100000/Height 100000/Length 0>>\nstream\n\nendstream';
    expect(await codeOf(samplePdf({ catalog: '/X 100 0 R', objects: { 100: image } }))).toBe('pdf_too_complex');
    const segment = Buffer.concat([
      Buffer.from('0000000030000100000013', 'hex'),
      Buffer.from('000186a0000186a0', 'hex'),
      Buffer.alloc(11),
    ]);
    const jbig2 = `<</Filter/JBIG2Decode/Length ${segment.length}>>\nstream\n${segment.toString('latin1')}\nendstream`;
    expect(await codeOf(samplePdf({ catalog: '/X 100 0 R', objects: { 100: jbig2 } }))).toBe('pdf_too_complex');
  });
});

/** Rewrites the catalog so that it needs an object from the given object stream. */
function repointToStream(file: Buffer, stream: number): Uint8Array {
  const update = new IncrementalUpdate(openPdf(file));
  update.put(openPdf(file).rootRef, dict({ Type: name('Catalog'), Pages: [] }));
  update.commit();
  const text = Buffer.from(update.finish()).toString('latin1');
  const at = text.lastIndexOf('/Type /XRef');
  const streamAt = text.indexOf('stream\n', at) + 7;
  const out = Buffer.from(text, 'latin1');
  out[streamAt] = 2;
  out.writeUIntBE(stream, streamAt + 1, 5);
  return out;
}

describe('repairable files', () => {
  const damages: [string, string, (text: string) => string][] = [
    ['junk before the header', 'junk_before_header', (text) => `From: Kari\r\n${'x'.repeat(1500)}\n${text}`],
    ['an error page behind the end', 'junk_after_end', (text) => `${text}<html>502 Bad Gateway</html>`],
    ['a wrong startxref', 'structure_damaged', (text) => text.replace(/startxref\n\d+/, 'startxref\n17')],
    ['wrong offsets', 'structure_damaged', (text) => text.replace(/^(\d{10}) 00000 n/gm, '0000000019 00000 n')],
    ['no end at all', 'structure_damaged', (text) => text.slice(0, text.indexOf('startxref'))],
    [
      'a loop of cross-reference sections',
      'structure_damaged',
      (text) => {
        const at = text.lastIndexOf('xref\n0 1');
        return text.replace('/Size', `/Prev ${at}/Size`);
      },
    ],
    ['a wrong stream length', 'structure_damaged', (text) => text.replace(/\/Length \d+/, '/Length 9')],
  ];
  it.each(damages)('%s', async (_what, reason, damage) => {
    await using bench = await createWorkbench();
    const pages = [{ text: 'Agreement' }, { text: 'Annex' }];
    const upload = latin1(damage(samplePdf({ pages }).toString('latin1')));
    expect(await inspectPdf(upload)).toMatchObject({ verdict: 'repairable', reason, facts: { pageCount: 2 } });
    const repaired = await repairPdf(upload);
    expect(await inspectPdf(repaired)).toMatchObject({ verdict: 'accepted', facts: { pageCount: 2 } });
    const path = await bench.write('repaired.pdf', repaired);
    expect((await runJudge('qpdf', ['--check', path])).code).toBe(0);
    expect((await runJudge('pdftotext', [path, '-'])).output).toMatch(/Agreement[\s\S]*Annex/);
  });

  it('an XFA form beside ordinary fields, which goes', async () => {
    const upload = samplePdf({
      catalog: '/AcroForm<</Fields[100 0 R]/XFA(x)>>',
      objects: { 100: '<</FT/Tx/T(name)>>' },
    });
    expect(await inspectPdf(upload)).toMatchObject({ verdict: 'repairable', reason: 'xfa_form' });
    const repaired = await repairPdf(upload);
    expect(Buffer.from(repaired).includes('XFA')).toBe(false);
    expect(await inspectPdf(repaired)).toMatchObject({ verdict: 'accepted' });
  });
});

describe('hostile bytes', () => {
  it('nested without end are not accepted as they are', async () => {
    const nest = (body: string) => samplePdf({ catalog: '/X 100 0 R', objects: { 100: body } });
    expect(await codeOf(nest('['.repeat(200_000)))).not.toBe('accepted');
    expect(await codeOf(nest(`${'<</A'.repeat(50_000)} 1${'>>'.repeat(50_000)}`))).not.toBe('accepted');
  });

  it('give a verdict and never an exception, wherever a byte is flipped', async () => {
    const sound = await signed(samplePdf({ style: 'stream', pages: [{}, {}] }));
    for (let at = 0; at < sound.length; at += 23) {
      const flipped = Uint8Array.from(sound);
      flipped[at]! ^= 0x5a;
      expect(['accepted', 'repairable', 'refused']).toContain((await inspectPdf(flipped)).verdict);
    }
  });

  it('give a verdict and never an exception, wherever the file is cut', async () => {
    const sound = samplePdf({ style: 'stream', pages: [{}, {}] });
    for (let length = 1; length < sound.length; length += 7) {
      expect(['repairable', 'refused', 'accepted']).toContain((await inspectPdf(sound.subarray(0, length))).verdict);
    }
  });
});
