import { beforeAll, describe, expect, it } from 'vitest';
import { appendRawRevision } from '../../test/raw-revision.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type TestAuthority } from '../../test/test-authority.ts';
import { AdesError } from '../ades-error.ts';
import { signAsicE } from '../asic/asic-e.ts';
import { signCades } from '../cades/sign-cades.ts';
import { sealPackagedPdf } from '../pades/seal.ts';
import { listSignatures } from '../pdf/existing-signatures.ts';
import { PdfRef } from '../pdf/objects.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import { sameValue } from '../pdf/same-value.ts';
import { serializeIndirectObject } from '../pdf/serializer.ts';
import { listSignatureFields } from '../pdf/signature-fields.ts';
import { readSdo } from '../sdo/sdo-structure.ts';
import { sealSdo, signForSdo } from '../sdo/seal-sdo.ts';
import { validateSdo } from '../sdo/validate-sdo.ts';
import { signXades } from '../xades/sign-xades.ts';
import { validateAsicE } from './validate-asic-e.ts';
import { validateCades } from './validate-cades.ts';
import { validatePdf } from './validate-pdf.ts';
import { validateXades } from './validate-xades.ts';

/*
 * Bytes of signed files are flipped, removed, inserted and copied about. A changed file must not pass where the change
 * touches what was signed; whatever happens, it ends in a verdict or in an error of this library, within the time
 * limit of the test.
 * SEGL_MUTATION_SECONDS makes it longer (per format), SEGL_MUTATION_SEED repeats a run.
 */
const SECONDS = Number(process.env.SEGL_MUTATION_SECONDS ?? 6);
const SEED = Number(process.env.SEGL_MUTATION_SEED ?? 20_260_401);

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const content = Buffer.from('Agreement between Kari and Ola, signed by both.');

/** A small generator with a seed (mulberry32), so that a finding can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutate(bytes: Uint8Array, pick: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let changes = 1 + pick(2); changes > 0; changes--) {
    const at = pick(out.length);
    const length = 1 + pick(pick(4) === 0 ? 200 : 4);
    const kind = pick(6);
    const part = Buffer.from(out.subarray(at, at + length));
    if (kind === 0) out[at] = out[at]! ^ (1 << pick(8));
    else if (kind === 1) out[at] = pick(256);
    else if (kind === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
    else if (kind === 3) out = Buffer.concat([out.subarray(0, at), Buffer.alloc(length, pick(256)), out.subarray(at)]);
    else if (kind === 4) part.copy(out, pick(out.length));
    else out = out.subarray(0, at);
  }
  return out;
}

interface Format {
  name: string;
  bytes: Uint8Array;
  passes(bytes: Uint8Array): Promise<boolean>;
  /** Whether a passing file still has everything that was signed in the original. */
  isIntact(bytes: Uint8Array): boolean;
}

async function makeFormats(authority: TestAuthority): Promise<Format[]> {
  const provider = await authority.enrol({ commonName: 'Kari' });
  const seal = await authority.enrol({ commonName: 'Seal', profile: 'seal' });
  const services = {
    level: 'B-LTA' as const,
    trustAnchors: [authority.root],
    tsa: authority.tsa,
    revocation: authority.revocation,
  };
  const data = { crls: [await authority.crl(authority.issuing), await authority.crl(authority.root)] };
  const options = { trustAnchors: [authority.root], at: now, data };
  const signer = { provider, signingTime: now };
  const layout = {
    certification: { name: 'Seal' },
    approvals: [{ name: 'Kari' }],
    documentTimeStamp: { name: 'Timestamp' },
  };
  const pdfs = await Promise.all(
    (['table', 'stream'] as const).map(async (style): Promise<Format> => {
      const { bytes } = await sealPackagedPdf({
        ...services,
        original: samplePdf({ style }),
        layout,
        certification: { provider: seal, signingTime: now },
        approvals: [signer],
        signingTime: now,
      });
      return {
        name: `PDF, ${style}`,
        bytes,
        passes: async (changed) => validatePdf(changed, options).indication === 'TOTAL-PASSED',
        isIntact: (changed) => samePdf(bytes, changed),
      };
    }),
  );
  const cades = (await signCades({ ...services, content: { enclosed: content }, signers: [signer] })).bytes;
  const xades = (
    await signXades({ ...services, ...signer, content: { enclosed: [{ mimeType: 'text/plain', content }] } })
  ).bytes;
  const files = [
    { name: 'a.txt', mimeType: 'text/plain', content },
    { name: 'b.txt', mimeType: 'text/plain', content: Buffer.from('Annex') },
  ];
  const asic = (await signAsicE({ ...services, files, signers: [signer] })).bytes;
  const sdo = await sealSdo({
    signatures: [await signForSdo(signer, { mimeType: 'text/plain', content })],
    seal: { provider: seal, signingTime: now },
    description: 'Agreement',
    document: content,
  });
  const sameContent = (found: Uint8Array | undefined): boolean => found !== undefined && content.equals(found);
  return [
    ...pdfs,
    {
      name: 'CAdES',
      bytes: cades,
      // The content is given too: what stands inside must be it.
      passes: async (changed) => (await validateCades(changed, { ...options, content })).indication === 'TOTAL-PASSED',
      isIntact: () => true,
    },
    {
      name: 'XAdES',
      bytes: xades,
      passes: async (changed) => {
        const { indication, signatures } = await validateXades(changed, options);
        return indication === 'TOTAL-PASSED' && !sameContent(signatures[0]!.signed[0]!.content)
          ? Promise.reject(new Error('another content passed'))
          : indication === 'TOTAL-PASSED';
      },
      isIntact: () => true,
    },
    {
      name: 'ASiC-E',
      bytes: asic,
      passes: async (changed) => {
        const report = await validateAsicE(changed, options);
        const same =
          report.files.length === 2 && report.files.every((file, at) => files[at]!.content.equals(file.content));
        if (report.indication === 'TOTAL-PASSED' && !same) throw new Error('other files passed');
        return report.indication === 'TOTAL-PASSED';
      },
      isIntact: () => true,
    },
    {
      name: 'SDO',
      bytes: sdo,
      passes: async (changed) => validateSdo(changed, options).indication === 'TOTAL-PASSED',
      isIntact: (changed) => {
        const { document, sealedBytes } = readSdo(changed);
        return sameContent(document) && Buffer.compare(sealedBytes, readSdo(sdo).sealedBytes) === 0;
      },
    },
  ];
}

/**
 * What the outermost signature or time-stamp of the changed file covers is the beginning of the original. A file that was
 * cut exactly at the end of an earlier revision is one that was signed, too: no signature can tell of those after it.
 */
function samePdf(original: Uint8Array, changed: Uint8Array): boolean {
  const outermost = listSignatures(openPdf(changed)).at(-1);
  if (!outermost) return false;
  // Every byte but those of its own /Contents is covered.
  const [, a, b] = outermost.byteRange;
  return (
    Buffer.compare(original.subarray(0, a), changed.subarray(0, a)) === 0 &&
    Buffer.compare(original.subarray(b, outermost.coveredEnd), changed.subarray(b, outermost.coveredEnd)) === 0
  );
}

let formats: Format[];
beforeAll(async () => {
  formats = await makeFormats(await createTestAuthority({ now }));
});

describe('signed files with changed bytes', () => {
  it.each([
    [0, 'PDF with tables'],
    [1, 'PDF with streams'],
    [2, 'CAdES'],
    [3, 'XAdES'],
    [4, 'ASiC-E'],
    [5, 'SDO'],
  ])(
    'never pass with other signed bytes, nor break the validator: %i, %s',
    { timeout: SECONDS * 3000 + 30_000 },
    async (index) => {
      const { bytes, passes, isIntact } = formats[index]!;
      expect(await passes(bytes)).toBe(true);
      const pick = generator(SEED + index);
      const end = performance.now() + SECONDS * 1000;
      let tried = 0;
      while (performance.now() < end) {
        const changed = mutate(bytes, pick);
        if (Buffer.compare(changed, bytes) === 0) continue;
        tried++;
        const what = `mutation ${tried} of seed ${SEED + index}`;
        try {
          if (await passes(changed)) expect(isIntact(changed), what).toBe(true);
        } catch (error) {
          if (!(error instanceof AdesError)) throw new Error(what, { cause: error });
        }
      }
      expect(tried).toBeGreaterThan(50);
    },
  );

  it('never pass with an object of the document replaced by another of the file', async () => {
    const { bytes, passes } = formats[0]!;
    const file = openPdf(bytes);
    const { entries } = file.crossReference;
    const bodies = new Map(
      [...entries.keys()].map((number) => [
        number,
        Buffer.concat(serializeIndirectObject(new PdfRef(number), file.get(new PdfRef(number)))),
      ]),
    );
    const fields = listSignatureFields(file, file.catalog).map(({ ref }) => ref!.number);
    let tried = 0;
    // Catalog, page tree, font, page, content, and the fields with their values.
    for (const number of [1, 2, 3, 10, 11, ...fields]) {
      for (const [other, body] of bodies) {
        if (sameValue(file.get(new PdfRef(number)), file.get(new PdfRef(other)))) continue;
        const text = body
          .toString('latin1')
          .replace(/^\d+ 0 obj\n/, '')
          .replace(/\nendobj\n$/, '');
        tried++;
        const passed = await passes(appendRawRevision(bytes, { objects: { [number]: text } })).catch(
          (error: unknown) => {
            if (error instanceof AdesError) return false;
            throw error;
          },
        );
        expect(passed, `object ${number} replaced by ${other}`).toBe(false);
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
});
