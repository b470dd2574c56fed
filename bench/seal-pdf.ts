/**
 * Sealing a 100 KB PDF at PAdES-BASELINE-B with RSA-2048: how much of the raw limit (SHA-256 of the file and one RSA
 * signature) is left, and how other JavaScript libraries fare with the same CMS builder. Prints rates and ratios of one
 * run, pinned to one core.
 */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
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

const ROUNDS = 8;
const ROUND_MS = 600;
const ROOM = 4096;
const signingTime = new Date('2026-11-24T08:00:00Z');

/** A classic PDF of 100 KB: some pages of text and an incompressible image. */
function makePdf(): Buffer {
  const objects: (string | Buffer)[] = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  const kids: string[] = [];
  for (let page = 0; page < 20; page++) {
    const number = objects.length + 1;
    kids.push(`${number} 0 R`);
    const content = `BT /F1 12 Tf 50 800 Td ${`(The parties agree on clause ${page}.) Tj 0 -14 Td `.repeat(20)} ET`;
    objects.push(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents ${number + 1} 0 R>>`,
    );
    objects.push(`<</Length ${content.length}>>\nstream\n${content}\nendstream`);
  }
  objects[1] = `<</Type/Pages/Count ${kids.length}/Kids[${kids.join(' ')}]>>`;
  const used = objects.reduce((sum, body) => sum + body.length, 0);
  const pixels = 100 * 1024 - used - 3000;
  const image = randomBytes(pixels);
  const entries = `<</Type/XObject/Subtype/Image/Width ${pixels}/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length ${pixels}>>`;
  objects.push(Buffer.concat([Buffer.from(`${entries}\nstream\n`), image, Buffer.from('\nendstream')]));
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  let position = parts[0]!.length;
  let table = '0000000000 65535 f\r\n';
  for (const [index, body] of objects.entries()) {
    table += `${String(position).padStart(10, '0')} 00000 n\r\n`;
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]);
    parts.push(part);
    position += part.length;
  }
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n${table}trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${position}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

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
  const pdf = makePdf();
  const { provider, privateKey } = await makeProvider();
  const raw = () =>
    new Promise<void>((resolve, reject) => {
      const digest = createHash('sha256').update(pdf).digest();
      sign('sha256', digest, privateKey, (error) => (error ? reject(error) : resolve()));
    });
  const contenders: Record<string, () => Promise<unknown>> = {
    'raw: sha256(file) + RSA-2048': raw,
    signPadesBaselineB: () => signPadesBaselineB({ bytes: pdf, provider, signingTime }),
    '@cantoo/pdf-lib + own CMS': () => signWithPdfLib(pdf, provider),
    '@signpdf + own CMS': () => signWithSignpdf(pdf, provider),
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
  const other = Math.max(best.get('@cantoo/pdf-lib + own CMS')!, best.get('@signpdf + own CMS')!);
  console.log(`ratio to raw: ${(own / limit).toFixed(3)} (bar 0.27)`);
  console.log(`ratio to the best other library: ${(own / other).toFixed(2)} (bar 2)`);
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
