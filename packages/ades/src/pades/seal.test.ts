import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNssDatabase, createWorkbench, runJudge, serveOcsp } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, p384, rsa, serialOf, type TestAuthority } from '../../test/test-authority.ts';
import { OID } from '../asn1/oids.ts';
import { buildSignedData } from '../cms/signed-data-builder.ts';
import { readSignedData } from '../cms/signed-data-reader.ts';
import { listSignatures, trimContents } from '../pdf/existing-signatures.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import { listSignatureFields } from '../pdf/signature-fields.ts';
import type { SignatureProvider } from '../ports.ts';
import { readOcspRequest } from '../revocation/ocsp-request.ts';
import { verifySealedPdf } from '../validation/verify-sealed-pdf.ts';
import { signPadesBaselineB } from './baseline-b.ts';
import type { PackageLayout } from './layout.ts';
import { type PackagedSeal, sealPackagedPdf } from './seal.ts';
import { finishPades, preparePades } from './two-phase.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const evidence = samplePdf({ pages: [{ text: 'Evidence: Kari' }, { text: 'Evidence: Ola' }], style: 'stream' });
const appearance = samplePdf({ pages: [{ mediaBox: '[0 680 300 740]', text: 'Kari signed' }] });
const layout: PackageLayout = {
  evidencePages: evidence,
  testMark: true,
  associatedFiles: [
    { name: 'kari.xml', mimeType: 'application/xml', bytes: Buffer.from('<signature/>'), modifiedAt: now },
  ],
  certification: { name: 'Certification' },
  approvals: [
    { name: 'Signer1', visible: { evidencePage: 0, rect: [60, 400, 360, 460], appearance } },
    { name: 'Signer2' },
  ],
  documentTimeStamp: { name: 'Timestamp' },
};

interface People {
  seal: SignatureProvider;
  kari: SignatureProvider;
  ola: SignatureProvider;
}

async function enrolPeople(authority: TestAuthority): Promise<People> {
  return {
    seal: await authority.enrol({ commonName: 'Nordbank Seal', profile: 'seal' }, rsa()),
    kari: await authority.enrol({ commonName: 'Kari Ødegård' }),
    ola: await authority.enrol({ commonName: 'Ola Čáhppe' }, p384()),
  };
}

function sealing(authority: TestAuthority, people: People, change: Partial<PackagedSeal> = {}): PackagedSeal {
  return {
    original: samplePdf({ pages: [{ text: 'Agreement' }, { text: 'Annex' }] }),
    layout,
    certification: { provider: people.seal, name: 'Nordbank', signingTime: now },
    approvals: [
      { provider: people.kari, name: 'Kari Ødegård', reason: 'Godkjent (v1) /ByteRange [0 1 2 3]', signingTime: now },
      { provider: people.ola, name: 'Ola Čáhppe', signingTime: now },
    ],
    level: 'B-LTA',
    signingTime: now,
    trustAnchors: [authority.root],
    tsa: authority.tsa,
    revocation: authority.revocation,
    ...change,
  };
}

let authority: TestAuthority;
let people: People;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  people = await enrolPeople(authority);
});

describe('sealPackagedPdf before independent judges', () => {
  it.each(['table', 'stream'] as const)('is valid and trusted for pdfsig with live OCSP, %s', async (style) => {
    await using bench = await createWorkbench();
    let own: TestAuthority | undefined;
    await using server = await serveOcsp((request) => {
      const [certId] = readOcspRequest(request).certIds;
      const isRoots = own && certId?.serialNumber === serialOf(own.issuingProvider);
      return own!.answerOcsp(request, isRoots ? own!.root : own!.issuing);
    });
    own = await createTestAuthority({ now, ocspUrl: server.url });
    const ownPeople = await enrolPeople(own);
    const original = samplePdf({ style, pages: [{ text: 'Agreement' }] });
    const sealed = await sealPackagedPdf(sealing(own, ownPeople, { original }));
    const path = await bench.write('sealed.pdf', sealed.bytes);
    const nss = await createNssDatabase(bench, own.root);

    const { output } = await runJudge('pdfsig', ['-nssdir', nss, path]);
    expect(output.match(/Signature Validation: Signature is Valid\./g)).toHaveLength(3);
    expect(output.match(/Certificate Validation: Certificate is Trusted\./g)).toHaveLength(3);
    expect(output).toContain('Kari Ødegård');
    expect(output).toContain('Signature Type: ETSI.CAdES.detached');
    expect(server.requests).toBeGreaterThan(0);

    own.statuses.set(serialOf(ownPeople.kari), { status: 'revoked', revokedAt: new Date(now.getTime() - 60_000) });
    const revoked = await runJudge('pdfsig', ['-nssdir', nss, path]);
    expect(revoked.output).toContain('Certificate has been Revoked');
  });

  it.each(['table', 'stream'] as const)('is sound for qpdf and shows its pages, marks and files, %s', async (style) => {
    await using bench = await createWorkbench();
    const original = samplePdf({ style, pages: [{ text: 'Agreement' }, { text: 'Annex', extra: '/Rotate 90' }] });
    const { bytes } = await sealPackagedPdf(sealing(authority, people, { original }));
    const path = await bench.write('sealed.pdf', bytes);
    const checked = await runJudge('qpdf', ['--check', path]);
    expect(checked.output).toContain('No syntax or stream encoding errors found');
    expect(checked.code).toBe(0);
    const text = (await runJudge('pdftotext', ['-layout', path, '-'])).output;
    expect(text).toMatch(/Agreement[\s\S]*Annex[\s\S]*Evidence: Kari[\s\S]*Kari signed[\s\S]*Evidence: Ola/);
    const attachments = await runJudge('qpdf', ['--list-attachments', path]);
    expect(attachments.output).toContain('kari.xml');
    const shown = await runJudge('qpdf', ['--show-attachment=kari.xml', path]);
    expect(shown.output).toBe('<signature/>');
  });

  it('holds CAdES signatures and time-stamp tokens that openssl verifies', async () => {
    await using bench = await createWorkbench();
    const { bytes } = await sealPackagedPdf(sealing(authority, people));
    const root = await bench.writePem('root.pem', [authority.root]);
    const signatures = listSignatures(openPdf(bytes));
    expect(signatures).toHaveLength(4);
    for (const signature of signatures) {
      const [, a, b, c] = signature.byteRange;
      const covered = await bench.write('covered.bin', Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, b + c)]));
      const cms = trimContents(signature.contents);
      const cmsPath = await bench.write('signature.p7s', cms);
      if (signature.isTimeStamp) {
        const args = ['ts', '-verify', '-data', covered, '-in', cmsPath, '-token_in', '-CAfile', root];
        expect((await runJudge('openssl', args)).output).toContain('Verification: OK');
        continue;
      }
      const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', cmsPath, '-content', covered];
      const verified = await runJudge('openssl', [...args, '-CAfile', root, '-purpose', 'any', '-out', '/dev/null']);
      expect(verified.output).toContain('CAdES Verification successful');
      const data = readSignedData(cms);
      const token = await bench.write('token.der', data.unsignedAttributes.get(OID.signatureTimeStampToken)!.bytes);
      const value = await bench.write('value.bin', data.signature);
      const stamp = await runJudge('openssl', [
        'ts',
        '-verify',
        '-data',
        value,
        '-in',
        token,
        '-token_in',
        '-CAfile',
        root,
      ]);
      expect(stamp.output).toContain('Verification: OK');
    }
  });
});

describe('sealPackagedPdf', () => {
  it('begins with the original, byte for byte, and adds one revision per step', async () => {
    const input = sealing(authority, people);
    const { bytes, revisions, verification } = await sealPackagedPdf(input);
    expect(Buffer.compare(bytes.subarray(0, input.original.length), input.original)).toBe(0);
    expect(revisions.map(({ kind }) => kind)).toEqual([
      'layout',
      'certification',
      'approval',
      'approval',
      'validation_data',
      'document_time_stamp',
    ]);
    expect(revisions.at(-1)!.endOffset).toBe(bytes.length);
    expect(verification).toMatchObject({ valid: true, level: 'B-LTA', missingStatus: [] });
    expect(verification.signatures.map(({ kind, docMdpPermission }) => [kind, docMdpPermission])).toEqual([
      ['certification', 2],
      ['approval', undefined],
      ['approval', undefined],
      ['document_time_stamp', undefined],
    ]);
    expect(verification.signatures[1]!.subject.at(-1)!.value).toBe('Kari Ødegård');
  });

  it('gives a result that a worker thread can hand over', async () => {
    const sealed = await sealPackagedPdf(sealing(authority, people));
    const copy = structuredClone(sealed);
    expect(copy.verification.level).toBe('B-LTA');
    expect(Buffer.compare(copy.bytes, sealed.bytes)).toBe(0);
  });

  it('does not package a file that is signed already, nor approve one that allows no change', async () => {
    const signed = await signPadesBaselineB({ bytes: samplePdf(), provider: people.ola, signingTime: now });
    await expect(sealPackagedPdf(sealing(authority, people, { original: signed }))).rejects.toMatchObject({
      code: 'already_signed',
    });
    const prepared = preparePades({
      bytes: samplePdf(),
      field: { create: 'C' },
      digestAlgorithm: 'sha256',
      signingTime: now,
      docMdp: 1,
    });
    const original = finishPades(
      prepared,
      await buildSignedData({ provider: people.kari, contentDigest: prepared.digest }),
    );
    const { approvals, signingTime, trustAnchors } = sealing(authority, people);
    await expect(
      sealPackagedPdf({
        mode: 'approvals_only',
        original,
        approvals,
        fieldNames: ['a', 'b'],
        level: 'B-B',
        signingTime,
        trustAnchors,
      }),
    ).rejects.toMatchObject({ code: 'certified_no_changes' });
  });

  it('leaves a sound file at the end of every revision', async () => {
    await using bench = await createWorkbench();
    const { bytes, revisions } = await sealPackagedPdf(sealing(authority, people));
    for (const { endOffset } of revisions) {
      const path = await bench.write('cut.pdf', bytes.subarray(0, endOffset));
      expect((await runJudge('qpdf', ['--check', path])).code).toBe(0);
    }
  });

  it.each(['B-B', 'B-T', 'B-LT', 'B-LTA'] as const)('reaches %s and no less', async (level) => {
    const { verification } = await sealPackagedPdf(sealing(authority, people, { level }));
    expect(verification.level).toBe(level);
  });

  it('refuses a level whose means are missing', async () => {
    const refuse = (change: Partial<PackagedSeal>) =>
      expect(sealPackagedPdf(sealing(authority, people, change))).rejects.toMatchObject({ code: 'level_not_possible' });
    await refuse({ level: 'B-T', tsa: undefined });
    await refuse({ level: 'B-LT', revocation: undefined });
    const { documentTimeStamp: _none, ...without } = layout;
    await refuse({ layout: without });
  });

  it('refuses when no revocation data comes, and takes a CRL where there is no OCSP', async () => {
    const none = { ocsp: async () => undefined, crl: async () => undefined };
    await expect(
      sealPackagedPdf(sealing(authority, people, { level: 'B-LT', revocation: none })),
    ).rejects.toMatchObject({
      code: 'validation_data_missing',
    });
    const crlOnly = { ...authority.revocation, ocsp: async () => undefined };
    const { verification } = await sealPackagedPdf(sealing(authority, people, { level: 'B-LT', revocation: crlOnly }));
    expect(verification.validationData).toMatchObject({ ocspResponses: 0, crls: 2 });
    expect(verification.level).toBe('B-LT');
  });

  it('refuses a revoked signer', async () => {
    const own = await createTestAuthority({ now });
    const ownPeople = await enrolPeople(own);
    own.statuses.set(serialOf(ownPeople.kari), { status: 'revoked', revokedAt: new Date(now.getTime() - 1000) });
    await expect(sealPackagedPdf(sealing(own, ownPeople))).rejects.toMatchObject({ code: 'certificate_revoked' });
  });

  it('refuses a TSA outside the trust anchors, and a signer outside them', async () => {
    const stranger = await createTestAuthority({ now });
    await expect(sealPackagedPdf(sealing(authority, people, { tsa: stranger.tsa }))).rejects.toMatchObject({
      code: 'timestamp_invalid',
    });
    const strangers = await enrolPeople(stranger);
    await expect(sealPackagedPdf(sealing(authority, strangers, { level: 'B-B' }))).rejects.toMatchObject({
      code: 'output_invalid',
    });
  });

  it('keeps what the file has: form fields, attachments, permissions', async () => {
    await using bench = await createWorkbench();
    const original = samplePdf({
      catalog: '/AcroForm 100 0 R/Names<</EmbeddedFiles<</Kids[103 0 R]>>>>/AF[104 0 R]/Perms<</UR3 106 0 R>>',
      objects: {
        100: '<</Fields 101 0 R/SigFlags 0>>',
        101: '[102 0 R]',
        102: '<</FT/Tx/T(Signer2)/V(kept)>>',
        103: '<</Limits[(kari.xml)(kari.xml)]/Names[(kari.xml)104 0 R]>>',
        104: '<</Type/Filespec/F(kari.xml)/EF<</F 105 0 R>>/AFRelationship/Source>>',
        105: '<</Type/EmbeddedFile/Length 3>>\nstream\nold\nendstream',
        106: '<</Type/Sig/Contents<00>>>',
      },
    });
    const { bytes, verification } = await sealPackagedPdf(sealing(authority, people, { original }));
    const path = await bench.write('sealed.pdf', bytes);
    expect((await runJudge('qpdf', ['--show-attachment=kari.xml', path])).output).toBe('old');
    expect((await runJudge('qpdf', ['--show-attachment=kari-2.xml', path])).output).toBe('<signature/>');
    const file = openPdf(bytes);
    expect(file.resolveArray(file.catalog.get('AF'))).toHaveLength(2);
    expect([...file.resolveDict(file.catalog.get('Perms'))!.keys()]).toEqual(['UR3', 'DocMDP']);
    const form = file.resolveDict(file.catalog.get('AcroForm'))!;
    expect(form.get('SigFlags')).toBe(3);
    expect(file.resolveArray(form.get('Fields'))).toHaveLength(5);
    expect(verification.signatures.map(({ fieldName }) => fieldName)).toEqual([
      'Certification',
      'Signer1',
      'Signer2_2',
      'Timestamp',
    ]);
  });

  it('only adds approvals to a file that others signed, whose signatures stay valid', async () => {
    await using bench = await createWorkbench();
    const foreign = await createTestAuthority({ now });
    const stranger = await foreign.enrol({ commonName: 'Stranger' });
    const original = await signPadesBaselineB({
      bytes: samplePdf(),
      provider: stranger,
      signingTime: now,
      fieldName: 'Kari',
    });
    const { approvals, tsa, revocation, trustAnchors } = sealing(authority, people);
    const sealed = await sealPackagedPdf({
      mode: 'approvals_only',
      original,
      approvals,
      fieldNames: ['Kari', 'Ola'],
      level: 'B-LTA',
      signingTime: now,
      trustAnchors,
      tsa: tsa!,
      revocation: revocation!,
    });
    expect(sealed.verification.signatures.map(({ kind, fieldName }) => `${kind} ${fieldName}`)).toEqual([
      'earlier Kari',
      'approval Kari_2',
      'approval Ola',
      'document_time_stamp DocumentTimeStamp',
    ]);
    const path = await bench.write('sealed.pdf', sealed.bytes);
    const { output } = await runJudge('pdfsig', ['-nocert', path]);
    expect(output.match(/Signature is Valid/g)).toHaveLength(3);
    expect(openPdf(sealed.bytes).resolveDict(openPdf(sealed.bytes).catalog.get('Perms'))).toBeUndefined();
    expect((await runJudge('pdfinfo', [path])).output).toMatch(/Pages:\s+1\n/);
  });

  it.each([0, 90])('shows the TEST mark in its signatures on such a file, turned by %i', async (rotate) => {
    await using bench = await createWorkbench();
    const original = await signPadesBaselineB({
      bytes: samplePdf({ objects: { 2: `<</Type/Pages/Count 1/Kids[10 0 R]/Rotate ${rotate}>>` } }),
      provider: await authority.enrol({ commonName: 'Stranger' }),
      signingTime: now,
    });
    const { approvals, trustAnchors } = sealing(authority, people);
    const sealed = await sealPackagedPdf({
      mode: 'approvals_only',
      original,
      approvals,
      fieldNames: ['Signer1', 'Signer2'],
      testMark: true,
      level: 'B-B',
      signingTime: now,
      trustAnchors,
    });
    const file = openPdf(sealed.bytes);
    const shown = listSignatureFields(file, file.catalog)
      .filter((field) => field.name.startsWith('Signer'))
      .map((field) => field.dict.get('Rect') as number[]);
    expect(shown.map(([left, bottom, right, top]) => [right! - left!, top! - bottom!])).toEqual(
      Array(2).fill(rotate === 90 ? [30, 84] : [84, 30]),
    );
    const path = await bench.write('sealed.pdf', sealed.bytes);
    const { output } = await runJudge('pdfsig', ['-nocert', path]);
    expect(output.match(/Signature is Valid/g)).toHaveLength(3);
    expect(sealed.bytes.length).toBeGreaterThan(original.length);
    expect(Buffer.from(sealed.bytes).subarray(0, original.length).equals(Buffer.from(original))).toBe(true);
  });

  it('appends to a DSS that is there and repeats nothing', async () => {
    const first = await sealPackagedPdf(sealing(authority, people));
    const { approvals, ...rest } = sealing(authority, people, { original: first.bytes });
    const second = await sealPackagedPdf({
      ...rest,
      mode: 'approvals_only',
      approvals: approvals.slice(0, 1),
      fieldNames: ['Later'],
    });
    const before = first.verification.validationData.certificates;
    expect(second.verification.validationData.certificates).toBe(before);
    expect(second.verification.level).toBe('B-LTA');
  });

  it('gives the same appended pages to a file whose page tree has attributes to inherit', async () => {
    await using bench = await createWorkbench();
    const original = samplePdf({
      objects: { 2: '<</Type/Pages/Count 1/Kids[10 0 R]/Rotate 90/CropBox[0 0 100 100]>>' },
    });
    const { bytes } = await sealPackagedPdf(sealing(authority, people, { original, level: 'B-B' }));
    const { output } = await runJudge('pdfinfo', ['-f', '1', '-l', '3', await bench.write('sealed.pdf', bytes)]);
    expect(output).toMatch(/Page {4}2 size: {2}595 x 842/);
    expect(output).toMatch(/Page {4}2 rot: {3}0/);
    expect(output).toMatch(/Page {4}1 rot: {3}90/);
  });
});

describe('verifySealedPdf', () => {
  const verify = (bytes: Uint8Array, original?: Uint8Array) =>
    verifySealedPdf(bytes, { trustAnchors: [authority.root], ...(original && { original }) });

  it('notices a changed byte in every revision', async () => {
    const input = sealing(authority, people);
    const { bytes, revisions } = await sealPackagedPdf(input);
    const at = [
      Buffer.from(input.original).indexOf('Agreement'),
      ...revisions.slice(0, 3).map(({ endOffset }) => endOffset - 9),
    ];
    for (const position of at) {
      const altered = Uint8Array.from(bytes);
      altered[position]! ^= 1;
      const outcome = (() => {
        try {
          return verify(altered, input.original).valid;
        } catch {
          return false;
        }
      })();
      expect(outcome).toBe(false);
    }
  });

  it('notices another original, another anchor, and bytes after the end', async () => {
    const { bytes } = await sealPackagedPdf(sealing(authority, people));
    expect(verify(bytes, samplePdf()).problems).toContain('the original is not the beginning of the file');
    const stranger = await createTestAuthority({ now });
    const foreign = verifySealedPdf(bytes, { trustAnchors: [stranger.root] });
    expect(foreign.valid).toBe(false);
    expect(foreign.level).toBeUndefined();
    expect(verify(Buffer.concat([bytes, Buffer.from('\n\n')])).valid).toBe(true);
    expect(() => verify(Buffer.concat([bytes, Buffer.from('more')]))).toThrow(
      expect.objectContaining({ code: 'pdf_unreadable' }),
    );
  });

  it('finds a signature value swapped between two signers', async () => {
    const { bytes } = await sealPackagedPdf(sealing(authority, people, { level: 'B-B' }));
    const [, first, second] = listSignatures(openPdf(bytes));
    const swapped = Buffer.from(bytes);
    const digits = (signature: typeof first) =>
      bytes.subarray(signature!.byteRange[1] + 1, signature!.byteRange[2] - 1);
    swapped.fill('0', first!.byteRange[1] + 1, first!.byteRange[2] - 1);
    Buffer.from(digits(second)).copy(swapped, first!.byteRange[1] + 1, 0, digits(first).length);
    expect(verify(swapped).problems.join()).toMatch(/Signer1: the message digest differs/);
  });

  it('counts the document bytes under the digest that the file names', async () => {
    const { bytes } = await sealPackagedPdf(sealing(authority, people, { level: 'B-B' }));
    const [certification] = listSignatures(openPdf(bytes));
    const [, a, b, c] = certification!.byteRange;
    const digest = createHash('sha256')
      .update(bytes.subarray(0, a))
      .update(bytes.subarray(b, b + c))
      .digest();
    expect(Buffer.from(trimContents(certification!.contents)).includes(digest)).toBe(true);
  });
});
