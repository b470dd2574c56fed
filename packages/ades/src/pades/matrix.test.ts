import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, type Workbench } from '../../test/judges.ts';
import { verifyTokenWithOpenssl } from '../../test/openssl.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type KeyPair, p256, p384, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { OID } from '../asn1/oids.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import { readSignedData } from '../cms/signed-data-reader.ts';
import { localSignatureProvider } from '../keys/local-signature-provider.ts';
import { listSignatures, trimContents } from '../pdf/existing-signatures.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';
import { validatePdf } from '../validation/validate-pdf.ts';
import { sealPackagedPdf } from './seal.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const LEVELS: BaselineLevel[] = ['B-B', 'B-T', 'B-LT', 'B-LTA'];
const KEYS: [string, () => KeyPair, SignatureAlgorithm?][] = [
  ['RSA-2048', rsa],
  ['RSA-3072', () => rsa(3072)],
  ['RSA-4096', () => rsa(4096)],
  ['RSASSA-PSS', rsa, 'rsa-pss-sha256'],
  ['P-256', p256],
  ['P-384', p384],
];
const SIGNERS = [1, 2, 5, 20];
const form = {
  catalog: '/AcroForm<</Fields[100 0 R]>>',
  objects: { 100: '<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(10)/Rect[60 600 200 620]/P 10 0 R>>' },
  pages: [{ extra: '/Annots[100 0 R]' }, { extra: '/Rotate 90' }],
};
const INPUTS: [string, Buffer][] = [
  ['table', samplePdf()],
  ['streams', samplePdf({ style: 'stream', pages: [{}, {}, {}] })],
  ['form', samplePdf(form)],
  ['PDF 2.0 with streams', samplePdf({ style: 'stream', version: '2.0', pages: [{ mediaBox: '[0 0 842 595]' }] })],
];

interface Choice {
  level: number;
  key: number;
  signers: number;
  input: number;
}

/** Two fifths of all combinations, in which every value meets every other. */
const CHOICES = LEVELS.flatMap((_level, level) =>
  KEYS.flatMap((_key, key) =>
    SIGNERS.flatMap((_count, signers) =>
      INPUTS.flatMap((_input, input): Choice[] =>
        (2 * level + key + 3 * signers + input) % 5 < 2 ? [{ level, key, signers, input }] : [],
      ),
    ),
  ),
);

let authority: TestAuthority;
/** Twenty certificates per key. */
let people: SignatureProvider[][];
let crls: Uint8Array[];
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  crls = [await authority.crl(authority.issuing), await authority.crl(authority.root)];
  people = await Promise.all(
    KEYS.map(async ([, makeKeys, algorithm]) => {
      const keys = makeKeys();
      const enrolled: SignatureProvider[] = [];
      for (let number = 0; number < Math.max(...SIGNERS); number++) {
        const { certificateChain } = await authority.enrol({ commonName: `Signer ${number}` }, keys);
        enrolled.push(localSignatureProvider(keys.privateKey, certificateChain, algorithm));
      }
      return enrolled;
    }),
  );
}, 120_000);

async function seal({ level, key, signers, input }: Choice): Promise<Uint8Array> {
  const signing = people[key]!.slice(0, SIGNERS[signers]).map((provider) => ({ provider, signingTime: now }));
  const { bytes } = await sealPackagedPdf({
    original: INPUTS[input]![1],
    layout: {
      certification: { name: 'Certification' },
      approvals: signing.map((_signer, number) => ({ name: `Signer${number}` })),
      documentTimeStamp: { name: 'Timestamp' },
    },
    certification: signing[0]!,
    approvals: signing,
    level: LEVELS[level]!,
    signingTime: now,
    trustAnchors: [authority.root],
    tsa: authority.tsa,
    revocation: authority.revocation,
  });
  return bytes;
}

/** The outermost time-stamp of a file, with what it is over. */
function lastTimeStamp(bytes: Uint8Array): { token: Uint8Array; data: Uint8Array } {
  const last = listSignatures(openPdf(bytes)).at(-1)!;
  const cms = trimContents(last.contents);
  if (last.isTimeStamp) {
    const [, a, b, c] = last.byteRange;
    return { token: cms, data: Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, b + c)]) };
  }
  const { signature, unsignedAttributes } = readSignedData(cms);
  return { token: unsignedAttributes.get(OID.signatureTimeStampToken)!.bytes, data: signature };
}

async function judge(bench: Workbench, choice: Choice): Promise<void> {
  const level = LEVELS[choice.level]!;
  const count = SIGNERS[choice.signers]! + 1;
  const what = `${level}, ${KEYS[choice.key]![0]}, ${count - 1} signers, ${INPUTS[choice.input]![0]}`;
  const bytes = await seal(choice);
  const path = await bench.write('sealed.pdf', bytes);
  const [pdfsig, qpdf] = await Promise.all([
    runJudge('pdfsig', ['-nocert', path]),
    runJudge('qpdf', ['--check', path]),
  ]);
  expect(pdfsig.output.match(/Signature Validation: Signature is Valid\./g), what).toHaveLength(count);
  expect(qpdf.output, what).toContain('No syntax or stream encoding errors found');
  if (level !== 'B-B') {
    const verdict = await verifyTokenWithOpenssl(bench, { ...lastTimeStamp(bytes), root: authority.root });
    expect(verdict, what).toContain('Verification: OK');
  }
  const report = validatePdf(bytes, { trustAnchors: [authority.root], at: now, data: { crls } });
  expect(report.indication, what).toBe('TOTAL-PASSED');
  expect(
    report.signatures.map((signature) => signature.level),
    what,
  ).toEqual(Array(count).fill(level));
}

describe('sealed files of all kinds', () => {
  it('are at least 150, and every value of a property meets every value of each other', () => {
    expect(CHOICES.length).toBeGreaterThanOrEqual(150);
    const sizes = { level: LEVELS.length, key: KEYS.length, signers: SIGNERS.length, input: INPUTS.length };
    const names = Object.keys(sizes) as (keyof Choice)[];
    for (const [at, one] of names.entries()) {
      for (const other of names.slice(at + 1)) {
        const pairs = new Set(CHOICES.map((choice) => `${choice[one]} ${choice[other]}`));
        expect(pairs.size, `${one} and ${other}`).toBe(sizes[one] * sizes[other]);
      }
    }
  });

  const cases = KEYS.flatMap(([name], key) => LEVELS.map((level, index) => [name, level, key, index] as const));
  it.each(cases)(
    'satisfy pdfsig, qpdf, openssl and the validator: %s, %s',
    { timeout: 120_000 },
    async (_name, _level, key, level) => {
      await using bench = await createWorkbench();
      for (const choice of CHOICES) if (choice.key === key && choice.level === level) await judge(bench, choice);
    },
  );
});
