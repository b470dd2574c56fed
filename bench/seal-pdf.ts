/**
 * Sealing a 100 KB PDF at PAdES-BASELINE-B with RSA-2048: how much of the raw limit (SHA-256 of the file and one RSA
 * signature) is left, and how other JavaScript libraries fare. `@libpdf/core` signs by itself; the others leave the CMS
 * object to their users and get that of `@segl/ades`, which is faster than any that they could find elsewhere: of them only
 * the work on the PDF is theirs. Prints rates and ratios of one run, pinned to one core.
 */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { PDFArray, PDFDocument, PDFHexString, PDFName, PDFNumber, PDFString } from '@cantoo/pdf-lib';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { SignPdf } from '@signpdf/signpdf';
import { Signer, SUBFILTER_ETSI_CADES_DETACHED } from '@signpdf/utils';
import {
  buildSignedData,
  issueCertificate,
  issueRootCertificate,
  localSignatureProvider,
  type SignatureProvider,
  signPadesBaselineB,
} from '../packages/ades/src/index.ts';
import { signWithLibPdf } from '../packages/ades/test/libpdf.ts';
import { samplePdf } from './sample-pdf.ts';

const ROUNDS = 8;
const ROUND_MS = 600;
const ROOM = 4096;
const signingTime = new Date('2026-11-24T08:00:00Z');

async function makeProvider(): Promise<{ provider: SignatureProvider; privateKey: KeyObject }> {
  const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2030-01-01') };
  const [rootKeys, leafKeys] = [keys(), keys()];
  const root = await issueRootCertificate({ subject: [{ type: 'CN', value: 'Bench Root' }], ...validity }, rootKeys);
  const leaf = await issueCertificate(
    { profile: 'seal', subject: [{ type: 'CN', value: 'Bench Seal' }], publicKey: leafKeys.publicKey, ...validity },
    localSignatureProvider(rootKeys.privateKey, [root]),
  );
  return { provider: localSignatureProvider(leafKeys.privateKey, [leaf, root]), privateKey: leafKeys.privateKey };
}

/** Incremental update with @cantoo/pdf-lib, then the same CMS as everybody here. */
async function signWithPdfLib(pdf: Buffer, provider: SignatureProvider): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf, { forIncrementalUpdate: true, updateMetadata: false });
  const { context } = document;
  const range = PDFArray.withContext(context);
  for (const value of [0, 9999999999, 9999999999, 9999999999]) range.push(PDFNumber.of(value));
  const signature = context.register(
    context.obj({
      Type: 'Sig',
      Filter: 'Adobe.PPKLite',
      SubFilter: 'ETSI.CAdES.detached',
      ByteRange: range,
      Contents: PDFHexString.of('0'.repeat(2 * ROOM)),
      M: PDFString.fromDate(signingTime),
    }),
  );
  const page = document.getPage(0);
  const widget = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      Rect: [0, 0, 0, 0],
      V: signature,
      T: PDFString.of('Signature'),
      F: 132,
      P: page.ref,
    }),
  );
  page.node.set(PDFName.of('Annots'), context.obj([widget]));
  document.catalog.set(PDFName.of('AcroForm'), context.register(context.obj({ SigFlags: 3, Fields: [widget] })));
  const out = Buffer.from(await document.commit({ useObjectStreams: false }));
  const contents = out.indexOf(`<${'0'.repeat(64)}`, pdf.length);
  const end = contents + 2 * ROOM + 2;
  const rangeAt = out.indexOf('/ByteRange', pdf.length) + 10;
  const rangeEnd = out.indexOf(']', rangeAt) + 1;
  out.write(`[0 ${contents} ${end} ${out.length - end}]`.padEnd(rangeEnd - rangeAt), rangeAt, 'latin1');
  const digest = createHash('sha256').update(out.subarray(0, contents)).update(out.subarray(end)).digest();
  out.write(
    Buffer.from(await buildSignedData({ provider, contentDigest: digest })).toString('hex'),
    contents + 1,
    'latin1',
  );
  return out;
}

class OwnCmsSigner extends Signer {
  private readonly provider: SignatureProvider;
  constructor(provider: SignatureProvider) {
    super();
    this.provider = provider;
  }
  override async sign(bytes: Buffer): Promise<Buffer> {
    const contentDigest = createHash('sha256').update(bytes).digest();
    return Buffer.from(await buildSignedData({ provider: this.provider, contentDigest }));
  }
}

async function signWithSignpdf(pdf: Buffer, provider: SignatureProvider): Promise<Uint8Array> {
  const prepared = plainAddPlaceholder({
    pdfBuffer: pdf,
    reason: 'x',
    contactInfo: '',
    name: '',
    location: '',
    signatureLength: ROOM,
    subFilter: SUBFILTER_ETSI_CADES_DETACHED,
    signingTime,
  });
  return new SignPdf().sign(prepared, new OwnCmsSigner(provider), signingTime);
}

/** Calls per second of processor time, all threads counted: what else the machine does does not count. */
async function rate(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() - start < ROUND_MS) {
    await work();
    count++;
  }
  const { user, system } = process.cpuUsage(before);
  return (count * 1_000_000) / (user + system);
}

async function main(): Promise<void> {
  const pdf = samplePdf(100 * 1024);
  const { provider, privateKey } = await makeProvider();
  const raw = () =>
    new Promise<void>((resolve, reject) => {
      const digest = createHash('sha256').update(pdf).digest();
      sign('sha256', digest, privateKey, (error) => (error ? reject(error) : resolve()));
    });
  const contenders: Record<string, () => Promise<unknown>> = {
    'raw: sha256(file) + RSA-2048': raw,
    signPadesBaselineB: () => signPadesBaselineB({ bytes: pdf, provider, signingTime }),
    '@libpdf/core': () => signWithLibPdf(pdf, provider, signingTime),
    '@cantoo/pdf-lib + our CMS': () => signWithPdfLib(pdf, provider),
    '@signpdf + our CMS': () => signWithSignpdf(pdf, provider),
  };
  const best = new Map<string, number>();
  for (const work of Object.values(contenders)) for (let i = 0; i < 30; i++) await work();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [label, work] of Object.entries(contenders)) {
      best.set(label, Math.max(best.get(label) ?? 0, await rate(work)));
    }
  }
  const limit = best.get('raw: sha256(file) + RSA-2048')!;
  console.log(`PAdES B-B, ${Math.round(pdf.length / 1024)} KB, RSA-2048, per second of processor time on one core`);
  for (const [label, value] of best) {
    console.log(`${label.padEnd(32)} ${value.toFixed(0).padStart(6)}/s  ${(value / limit).toFixed(3)} of raw`);
  }
  const own = best.get('signPadesBaselineB')!;
  console.log(`ratio to raw: ${(own / limit).toFixed(3)} (bar 0.4)`);
  console.log(`ratio to @libpdf/core: ${(own / best.get('@libpdf/core')!).toFixed(2)} (bar 4)`);
  const borrowing = Math.max(best.get('@cantoo/pdf-lib + our CMS')!, best.get('@signpdf + our CMS')!);
  console.log(`ratio to the best of those with our CMS: ${(own / borrowing).toFixed(2)}`);
}

const PINNED = 'SEAL_PDF_PINNED';
if (process.env[PINNED] === undefined) {
  const args = ['-c', '0', process.execPath, ...process.execArgv, import.meta.filename];
  const child = spawnSync('taskset', args, { stdio: 'inherit', env: { ...process.env, [PINNED]: '1' } });
  if (child.error) throw child.error;
  process.exitCode = child.status ?? 1;
} else {
  await main();
}
