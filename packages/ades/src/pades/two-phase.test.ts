import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type TestAuthority } from '../../test/test-authority.ts';
import { buildSignedData } from '../cms/signed-data-builder.ts';
import type { SignatureProvider } from '../ports.ts';
import { signPadesBaselineB } from './baseline-b.ts';
import { layOutPackagedPdf } from './layout.ts';
import { finishPades, type PreparedPades, preparePades } from './two-phase.ts';

const signingTime = new Date('2026-11-24T08:00:00Z');
let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now: signingTime });
  kari = await authority.enrol({ commonName: 'Kari' });
});
const prepare = (change: Partial<Parameters<typeof preparePades>[0]> = {}) =>
  preparePades({ bytes: samplePdf(), field: { create: 'Kari' }, digestAlgorithm: 'sha256', signingTime, ...change });

describe('preparePades and finishPades', () => {
  it('sign in two phases with the prepared value stored in between', async () => {
    await using bench = await createWorkbench();
    const original = samplePdf({ style: 'stream' });
    const stored: PreparedPades = structuredClone(prepare({ bytes: original, reason: 'Godkjent' }));
    const cms = await buildSignedData({ provider: kari, contentDigest: stored.digest });
    const signed = finishPades(stored, cms);
    expect(Buffer.compare(signed.subarray(0, original.length), original)).toBe(0);
    const { output } = await runJudge('pdfsig', ['-nocert', await bench.write('signed.pdf', signed)]);
    expect(output).toContain('Signature is Valid');
    expect(output).toContain('Total document signed');
  });

  it('refuse a CMS object over other bytes, by another key, or too large', async () => {
    const prepared = prepare();
    const other = await buildSignedData({ provider: kari, contentDigest: prepare({ reason: 'x' }).digest });
    expect(() => finishPades(prepared, other)).toThrow(expect.objectContaining({ code: 'signature_invalid' }));
    const right = await buildSignedData({ provider: kari, contentDigest: prepared.digest });
    const forged = Uint8Array.from(right);
    forged[forged.length - 1]! ^= 1;
    expect(() => finishPades(prepared, forged)).toThrow();
    const small = prepare({ contentsSize: 100 });
    const cms = await buildSignedData({ provider: kari, contentDigest: small.digest });
    expect(() => finishPades(small, cms)).toThrow(expect.objectContaining({ code: 'contents_too_small' }));
  });

  it('fill a prepared field once, and no field that is not there', async () => {
    const laidOut = layOutPackagedPdf(samplePdf(), { certification: { name: 'C' }, approvals: [{ name: 'Kari' }] });
    expect(laidOut.fields).toMatchObject({ certification: 'C', approvals: ['Kari'], documentTimeStamp: undefined });
    const prepared = prepare({ bytes: laidOut.bytes, field: { existing: 'Kari' } });
    const signed = finishPades(prepared, await buildSignedData({ provider: kari, contentDigest: prepared.digest }));
    expect(() => prepare({ bytes: signed, field: { existing: 'Kari' } })).toThrow(
      expect.objectContaining({ code: 'field_already_signed' }),
    );
    expect(() => prepare({ bytes: signed, field: { existing: 'Ola' } })).toThrow(
      expect.objectContaining({ code: 'field_missing' }),
    );
  });

  it('do not touch encrypted or unreadable files', async () => {
    await using bench = await createWorkbench();
    const out = `${bench.folder}/encrypted.pdf`;
    const plain = await bench.write('plain.pdf', samplePdf());
    await runJudge('qpdf', ['--encrypt', '', 'owner', '256', '--', plain, out]);
    const encrypted = await readFile(out);
    expect(() => prepare({ bytes: encrypted })).toThrow(expect.objectContaining({ code: 'pdf_encrypted' }));
    expect(() => prepare({ bytes: Buffer.from('%PDF-1.7') })).toThrow(
      expect.objectContaining({ code: 'pdf_unreadable' }),
    );
  });

  it('hold a certification and its permission', async () => {
    await using bench = await createWorkbench();
    const prepared = prepare({ docMdp: 2 });
    const signed = finishPades(prepared, await buildSignedData({ provider: kari, contentDigest: prepared.digest }));
    const path = await bench.write('certified.pdf', signed);
    const { output } = await runJudge('qpdf', ['--json', '--json-key=qpdf', path]);
    expect(output).toMatch(/"\/TransformMethod": "\/DocMDP"/);
    expect(output).toMatch(/"\/Perms": \{\s*"\/DocMDP"/);
  });
});

describe('signPadesBaselineB', () => {
  it('signs ten times over, each signature staying valid', async () => {
    await using bench = await createWorkbench();
    let bytes: Uint8Array = samplePdf({ style: 'stream' });
    for (let i = 0; i < 10; i++) bytes = await signPadesBaselineB({ bytes, provider: kari, signingTime });
    const { output } = await runJudge('pdfsig', ['-nocert', await bench.write('signed.pdf', bytes)]);
    expect(output.match(/Signature is Valid/g)).toHaveLength(10);
    expect(output).toContain('Signature Field Name: Signature_10');
  });
});
