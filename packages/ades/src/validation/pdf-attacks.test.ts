import { beforeAll, describe, expect, it } from 'vitest';
import { appendRawRevision, type RawRevision, rawStream } from '../../test/raw-revision.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type TestAuthority } from '../../test/test-authority.ts';
import { AdesError } from '../ades-error.ts';
import { buildSignedData } from '../cms/signed-data-builder.ts';
import { finishPades, preparePades } from '../pades/two-phase.ts';
import { listSignatures } from '../pdf/existing-signatures.ts';
import { PdfRef } from '../pdf/objects.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import { serialize } from '../pdf/serializer.ts';
import { listSignatureFields } from '../pdf/signature-fields.ts';
import type { SignatureProvider } from '../ports.ts';
import { validatePdf } from './validate-pdf.ts';
import type { Indication, SubIndication } from './validation-report.ts';

/*
 * Classes of attacks on signed PDFs as published: universal forgery, incremental saving, signature wrapping (2019), shadow
 * attacks (2021), attacks on certification (2021). Every file here shows something that was not signed, and is made by
 * appending to, or moving about, an authentic one.
 */

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
/** Object numbers of `samplePdf`: catalog, font, first page and its content. */
const CATALOG = 1;
const FONT = 3;
const PAGE = 10;
const CONTENT = 11;
const FORGED = 'BT /F1 18 Tf 60 700 Td (You owe 1 000 000) Tj ET';

let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
});

async function signed(original: Uint8Array, docMdp?: 1 | 2 | 3, name = 'Kari'): Promise<Uint8Array> {
  const prepared = preparePades({
    bytes: original,
    field: { create: name },
    digestAlgorithm: 'sha256',
    signingTime: now,
    ...(docMdp && { docMdp }),
  });
  return finishPades(prepared, await buildSignedData({ provider: kari, contentDigest: prepared.digest }));
}

async function judge(
  bytes: Uint8Array,
): Promise<{ indication: Indication; subIndication: SubIndication | undefined; codes: string[] }> {
  const crl = [await authority.crl(authority.issuing), await authority.crl(authority.root)];
  const { signatures, indication } = validatePdf(bytes, {
    trustAnchors: [authority.root],
    at: now,
    data: { crls: crl },
  });
  const [first] = signatures;
  if (!first) return { indication: 'INDETERMINATE', subIndication: undefined, codes: ['no_signature'] };
  return { indication: indication!, subIndication: first.subIndication, codes: first.findings.map(({ code }) => code) };
}

const plainForm = {
  catalog: '/AcroForm<</Fields[100 0 R]/DA(/F1 12 Tf)>>',
  objects: {
    100: '<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(10)/Rect[60 600 200 620]/P 10 0 R/AP<</N 101 0 R>>>>',
    101: rawStream('BT (10) Tj ET', '/Type/XObject/Subtype/Form/BBox[0 0 140 20]'),
  },
  pages: [{ text: 'Agreement', extra: '/Annots[100 0 R]' }],
};

/** Text of an object of the file with some of its entries replaced. */
function changed(bytes: Uint8Array, number: number, entries: Record<string, string>): string {
  const value = openPdf(bytes).get(new PdfRef(number));
  if (!(value instanceof Map)) throw new Error(`object ${number} is no dictionary`);
  const kept = new Map([...value].filter(([key]) => !(key in entries)));
  const added = Object.entries(entries).map(([key, item]) => `/${key} ${item}`);
  return `${serialize(kept).slice(0, -2)}${added.join('')}>>`;
}

const signatureObject = (bytes: Uint8Array): { field: number; value: number } => {
  const [field] = listSignatureFields(openPdf(bytes), openPdf(bytes).catalog);
  const value = field!.dict.get('V');
  return { field: field!.ref!.number, value: value instanceof PdfRef ? value.number : 0 };
};

const next = (bytes: Uint8Array): number => openPdf(bytes).nextObjectNumber;

describe('authentic files', () => {
  it.each([
    ['an approval', undefined, {}],
    ['a certification', 2, {}],
    ['a form', 2, plainForm],
  ] as const)('pass: %s', async (_what, docMdp, options) => {
    expect(await judge(await signed(samplePdf(options as object), docMdp))).toMatchObject({
      indication: 'TOTAL-PASSED',
    });
  });

  it('pass with a form that was filled where that is permitted, and only there', async () => {
    const fill: RawRevision = {
      objects: { 101: rawStream('BT (99) Tj ET', '/Type/XObject/Subtype/Form/BBox[0 0 140 20]') },
    };
    const files = await Promise.all(([2, 1, undefined] as const).map((docMdp) => signed(samplePdf(plainForm), docMdp)));
    const filled = files.map((bytes) =>
      appendRawRevision(bytes, { objects: { ...fill.objects, 100: changed(bytes, 100, { V: '(99)' }) } }),
    );
    expect(await Promise.all(filled.map(judge))).toMatchObject([
      { indication: 'TOTAL-PASSED' },
      { indication: 'TOTAL-FAILED', codes: expect.arrayContaining(['later_form_filling']) },
      { indication: 'INDETERMINATE', codes: expect.arrayContaining(['later_form_filling']) },
    ]);
  });

  it('pass with a second signature in a new field, also after a certification', async () => {
    const twice = await signed(await signed(samplePdf(), 2), undefined, 'Ola');
    expect(await judge(twice)).toMatchObject({ indication: 'TOTAL-PASSED' });
    const forbidden = await signed(await signed(samplePdf(), 1), undefined, 'Ola');
    expect(await judge(forbidden)).toMatchObject({ indication: 'TOTAL-FAILED' });
  });
});

interface Attack {
  name: string;
  original?: object;
  docMdp?: 1 | 2 | 3;
  forge: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** Expected finding; the reader's error when it is not even read. */
  code: string;
}

const revision = (make: (bytes: Uint8Array) => RawRevision) => (bytes: Uint8Array) =>
  appendRawRevision(bytes, make(bytes));

const ATTACKS: Attack[] = [
  // Incremental saving
  {
    name: 'new content under the number of the old',
    forge: revision(() => ({ objects: { [CONTENT]: rawStream(FORGED) } })),
    code: 'later_content',
  },
  {
    name: 'the same without a cross-reference section',
    forge: revision(() => ({ objects: { [CONTENT]: rawStream(FORGED) }, withoutCrossReference: true })),
    code: 'pdf_unreadable',
  },
  {
    name: 'the same with a copy of the trailer but no table',
    forge: (bytes) =>
      Buffer.concat([
        bytes,
        Buffer.from(`${CONTENT} 0 obj\n${rawStream(FORGED)}\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n`),
      ]),
    code: 'pdf_unreadable',
  },
  {
    name: "new content in a copy of the signature dictionary's revision",
    forge: revision((bytes) => ({
      objects: {
        [CONTENT]: rawStream(FORGED),
        [signatureObject(bytes).value]: changed(bytes, signatureObject(bytes).value, {}),
      },
    })),
    code: 'later_content',
  },
  {
    name: 'another catalog',
    forge: revision((bytes) => ({
      root: next(bytes),
      objects: {
        [next(bytes)]: changed(bytes, CATALOG, { Pages: `${next(bytes) + 1} 0 R` }),
        [next(bytes) + 1]: '<</Type/Pages/Count 0/Kids[]>>',
      },
    })),
    code: 'later_content',
  },
  {
    name: 'one more page',
    forge: revision((bytes) => ({
      objects: {
        2: `<</Type/Pages/Count 2/Kids[10 0 R ${next(bytes)} 0 R]>>`,
        [next(bytes)]: '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>',
      },
    })),
    code: 'later_content',
  },
  {
    name: 'a page taken away',
    original: { pages: [{}, {}] },
    forge: revision(() => ({ objects: { 2: '<</Type/Pages/Count 1/Kids[10 0 R]>>' } })),
    code: 'later_content',
  },
  {
    name: 'the page turned',
    forge: revision((bytes) => ({ objects: { [PAGE]: changed(bytes, PAGE, { Rotate: '180' }) } })),
    code: 'later_content',
  },
  { name: 'content deleted', forge: revision(() => ({ free: [CONTENT] })), code: 'later_content' },
  {
    name: 'a script that runs at opening',
    forge: revision((bytes) => ({
      objects: { [CATALOG]: changed(bytes, CATALOG, { OpenAction: '<</S/JavaScript/JS(app.alert\\(1\\))>>' }) },
    })),
    code: 'later_content',
  },
  // Universal forgery
  {
    name: 'a signature without /ByteRange',
    forge: revision((bytes) => ({
      objects: {
        [signatureObject(bytes).value]: '<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Contents<00>>>',
      },
    })),
    code: 'byte_range',
  },
  {
    name: 'a signature with an empty /ByteRange',
    forge: revision((bytes) => ({
      objects: { [signatureObject(bytes).value]: changed(bytes, signatureObject(bytes).value, { ByteRange: '[]' }) },
    })),
    code: 'byte_range',
  },
  {
    name: 'a signature with negative ranges',
    forge: revision((bytes) => ({
      objects: {
        [signatureObject(bytes).value]: changed(bytes, signatureObject(bytes).value, { ByteRange: '[0 -1 1 -1]' }),
      },
    })),
    code: 'byte_range',
  },
  {
    name: 'a signature without /Contents',
    forge: revision((bytes) => ({
      objects: { [signatureObject(bytes).value]: changed(bytes, signatureObject(bytes).value, { Contents: 'null' }) },
    })),
    code: 'byte_range',
  },
  {
    name: 'zeros for /Contents',
    forge: (bytes) => overwriteContents(bytes, () => Buffer.alloc(64)),
    code: 'asn1_invalid',
  },
  {
    name: 'the signature taken out of the form',
    forge: revision((bytes) => ({
      objects: { [CATALOG]: changed(bytes, CATALOG, { AcroForm: '<</Fields[]>>' }), [CONTENT]: rawStream(FORGED) },
    })),
    code: 'no_signature',
  },
  // Signature wrapping
  { name: 'the second range moved behind foreign bytes', forge: wrap, code: 'byte_range' },
  { name: 'a gap that is wider than /Contents', forge: widenGap, code: 'byte_range' },
  {
    name: 'something else than zeros behind the CMS object',
    forge: (bytes) =>
      overwriteContents(bytes, (room) => {
        room[room.length - 1] = 1;
        return room;
      }),
    code: 'contents_padding',
  },
  {
    name: 'the CMS object of another file',
    forge: async (bytes) => {
      const other = await signed(samplePdf({ pages: [{ text: 'Other' }] }));
      const [found] = listSignatures(openPdf(other));
      return overwriteContents(bytes, () => Buffer.from(found!.contents));
    },
    code: 'message_digest',
  },
  // Shadow attacks
  {
    name: 'hide: an image laid over the page as an annotation',
    forge: revision((bytes) => ({
      objects: {
        [PAGE]: changed(bytes, PAGE, { Annots: `[${annotations(bytes)} ${next(bytes)} 0 R]` }),
        [next(bytes)]: '<</Type/Annot/Subtype/Stamp/Rect[0 0 595 842]>>',
      },
    })),
    code: 'later_annotation',
  },
  {
    name: 'hide: an old annotation moved over the text',
    original: {
      pages: [{ extra: '/Annots[100 0 R]' }],
      objects: { 100: '<</Type/Annot/Subtype/Square/Rect[0 0 1 1]>>' },
    },
    forge: revision(() => ({ objects: { 100: '<</Type/Annot/Subtype/Square/Rect[0 0 595 842]>>' } })),
    code: 'later_content',
  },
  {
    name: 'replace: another font under the number of the old',
    forge: revision(() => ({ objects: { [FONT]: '<</Type/Font/Subtype/Type3/BaseFont/Evil>>' } })),
    code: 'later_content',
  },
  {
    name: 'replace: the appearance of a field without its value',
    original: plainForm,
    forge: revision(() => ({
      objects: { 101: rawStream('BT (99) Tj ET', '/Type/XObject/Subtype/Form/BBox[0 0 140 20]') },
    })),
    code: 'later_form_filling',
  },
  {
    name: 'replace: a field made larger',
    original: plainForm,
    docMdp: 2,
    forge: revision((bytes) => ({ objects: { 100: changed(bytes, 100, { Rect: '[0 0 595 842]', V: '(99)' }) } })),
    code: 'later_content',
  },
  {
    name: 'hide and replace: the table turned to content that was there and not shown',
    original: { objects: { 100: rawStream(FORGED), 101: '<</Unused true>>' } },
    forge: revision((bytes) => ({ offsets: { [PAGE]: openPdf(bytes).bytes.indexOf('100 0 obj') } })),
    code: 'pdf_unreadable',
  },
  {
    name: 'hide and replace: a second object of the same number',
    original: { pages: [{ text: `x) Tj ET\nendstream endobj\n${CONTENT} 0 obj\n${rawStream(FORGED)}\nendobj (` }] },
    forge: revision((bytes) => ({
      offsets: { [CONTENT]: openPdf(bytes).bytes.lastIndexOf(`${CONTENT} 0 obj\n<</Length ${FORGED.length}`) },
    })),
    code: 'later_content',
  },
  {
    name: 'content for a number that the page was waiting for',
    original: { pages: [{ extra: '/Contents[11 0 R 900 0 R]' }] },
    forge: revision(() => ({ objects: { 900: rawStream(FORGED) } })),
    code: 'later_content',
  },
  {
    name: 'the same where the page is rewritten as it was',
    original: { pages: [{ extra: '/Contents[11 0 R 900 0 R]' }] },
    forge: revision((bytes) => ({ objects: { 900: rawStream(FORGED), [PAGE]: changed(bytes, PAGE, {}) } })),
    code: 'later_content',
  },
  // Excuses that a rule could fall for
  {
    name: 'content that calls itself an object stream',
    forge: revision(() => ({ objects: { [CONTENT]: rawStream(FORGED, '/Type/ObjStm') } })),
    code: 'later_content',
  },
  {
    name: 'content that the DSS names as a certificate',
    forge: revision((bytes) => ({
      objects: {
        [CONTENT]: rawStream(FORGED),
        [CATALOG]: changed(bytes, CATALOG, { DSS: `<</Certs[${CONTENT} 0 R]>>` }),
      },
    })),
    code: 'later_content',
  },
  {
    name: 'content that the XMP entry names',
    forge: revision((bytes) => ({
      objects: {
        [CONTENT]: rawStream(FORGED, '/Type/Metadata'),
        [CATALOG]: changed(bytes, CATALOG, { Metadata: `${CONTENT} 0 R` }),
      },
    })),
    code: 'later_content',
  },
  {
    name: 'content that a field names as its appearance',
    original: {
      catalog: '/AcroForm<</Fields[100 0 R]>>',
      objects: { 100: '<</FT/Tx/T(A)/AP<</N 101 0 R>>>>', 101: rawStream('q Q') },
    },
    docMdp: 2,
    forge: revision((bytes) => ({
      objects: { [CONTENT]: rawStream(FORGED), 100: changed(bytes, 100, { V: '(1)', AP: `<</N ${CONTENT} 0 R>>` }) },
    })),
    code: 'later_content',
  },
  {
    name: 'a document information with another title',
    forge: revision((bytes) => ({
      trailer: `/Info ${next(bytes)} 0 R`,
      objects: { [next(bytes)]: '<</Title(Other)>>' },
    })),
    code: 'later_content',
  },
  // Attacks on certification
  {
    name: 'an annotation where annotations are permitted',
    docMdp: 3,
    forge: revision((bytes) => ({
      objects: {
        [PAGE]: changed(bytes, PAGE, { Annots: `[${annotations(bytes)} ${next(bytes)} 0 R]` }),
        [next(bytes)]: '<</Type/Annot/Subtype/FreeText/Rect[0 0 595 842]/Contents(1 000 000)>>',
      },
    })),
    code: 'later_annotation',
  },
  {
    name: 'a visible signature field without a signature',
    docMdp: 2,
    forge: revision((bytes) => sneakyField(bytes, '')),
    code: 'visible_field_added',
  },
  {
    name: 'a visible signature field with a signature of nobody',
    docMdp: 2,
    forge: revision((bytes) => sneakyField(bytes, `/V ${signatureObject(bytes).value} 0 R`)),
    code: 'later_content',
  },
  {
    name: 'a text field instead of a signature field',
    docMdp: 2,
    forge: revision((bytes) => sneakyField(bytes, '/V(1 000 000)', 'Tx')),
    code: 'later_content',
  },
  {
    name: 'permissions that name another dictionary',
    docMdp: 2,
    forge: revision((bytes) => ({
      objects: { [CATALOG]: changed(bytes, CATALOG, { Perms: '<</DocMDP<</Type/Sig>>>>' }) },
    })),
    code: 'permissions_name_no_signature',
  },
];

/** References of the page's annotations as they are. */
function annotations(bytes: Uint8Array): string {
  const page = openPdf(bytes).get(new PdfRef(PAGE));
  const list = page instanceof Map ? openPdf(bytes).resolveArray(page.get('Annots')) : undefined;
  return (list ?? []).map(serialize).join(' ');
}

function sneakyField(bytes: Uint8Array, value: string, type = 'Sig'): RawRevision {
  const { field } = signatureObject(bytes);
  const added = next(bytes);
  return {
    objects: {
      [CATALOG]: changed(bytes, CATALOG, { AcroForm: `<</SigFlags 3/Fields[${field} 0 R ${added} 0 R]>>` }),
      [PAGE]: changed(bytes, PAGE, { Annots: `[${annotations(bytes)} ${added} 0 R]` }),
      [added]: `<</Type/Annot/Subtype/Widget/FT/${type}/T(Sneaky)/Rect[0 0 595 842]/P 10 0 R${value}/AP<</N ${added + 1} 0 R>>>>`,
      [added + 1]: rawStream(FORGED, '/Type/XObject/Subtype/Form/BBox[0 0 595 842]'),
    },
  };
}

function overwriteContents(bytes: Uint8Array, make: (room: Buffer) => Buffer): Buffer {
  const [found] = listSignatures(openPdf(bytes));
  const [, a] = found!.byteRange;
  const room = Buffer.from(found!.contents);
  const replacement = make(Buffer.from(room));
  room.fill(0);
  replacement.copy(room, 0, 0, Math.min(replacement.length, room.length));
  const out = Buffer.from(bytes);
  out.write(room.toString('hex'), a + 1, 'latin1');
  return out;
}

/**
 * Moves the second signed range back and puts a cross-reference section of its own where the old one was, so that the
 * `startxref` inside the signed range leads to it.
 */
function wrap(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes);
  const file = openPdf(bytes);
  const [, a, b, c] = listSignatures(file)[0]!.byteRange;
  const section = buffer.toString('latin1', file.crossReference.start, buffer.lastIndexOf('startxref'));
  const close = buffer.toString('latin1', b, file.crossReference.start);
  const entry = (offset: number) => `xref\n${CONTENT} 1\n${String(offset).padStart(10, '0')} 00000 n\r\n`;
  const ownSection = (offset: number) => section.replace('xref\n', entry(offset));
  const at = b + close.length + ownSection(0).length;
  const forged = Buffer.from(`${close}${ownSection(at)}${CONTENT} 0 obj\n${rawStream(FORGED)}\nendobj\n`, 'latin1');
  const range = (gapEnd: number) => `[0 ${a} ${gapEnd} ${c}]`;
  const out = Buffer.concat([buffer.subarray(0, b), forged, buffer.subarray(b)]);
  out.write(range(b + forged.length).padEnd(range(b).length), out.lastIndexOf(range(b)), 'latin1');
  return out;
}

function widenGap(bytes: Uint8Array): Buffer {
  const out = Buffer.from(bytes);
  const [found] = listSignatures(openPdf(bytes));
  const [, a, b, c] = found!.byteRange;
  const old = `[0 ${a} ${b} ${c}]`;
  out.write(`[0 ${a - 9} ${b} ${c}]`.padEnd(old.length), out.lastIndexOf(old), 'latin1');
  return out;
}

describe('validatePdf refuses forgeries', () => {
  it.each(ATTACKS)('$name', async ({ original, docMdp, forge, code }) => {
    const authentic = await signed(samplePdf(original), docMdp);
    expect(await judge(authentic)).toMatchObject({ indication: 'TOTAL-PASSED' });
    const forged = await forge(authentic);
    try {
      const verdict = await judge(forged);
      expect(verdict.indication).not.toBe('TOTAL-PASSED');
      expect(verdict.codes).toContain(code);
    } catch (error) {
      if (!(error instanceof AdesError)) throw error;
      expect(error.code).toBe(code);
    }
  });
});
