import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { signXades, verifyAsicE, verifyXades } from '@segl/ades';
import { attachedFiles, pdfText, qpdfCheck, unzipped, xmlsec } from '@segl/test-kit/judges';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, silentLog, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { ORDER, ORDER_SHEET } from '../../../test-kit/src/sample-order.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { createJobs } from '../kernel/jobs/create-jobs.ts';
import { writeGauges } from '../kernel/operations/gauges.ts';
import {
  listStuckPackages,
  packageDocument,
  packageOrTell,
  packagingGauges,
  packagingQueue,
  restartPackaging,
  SealingPool,
} from '../packaging/index.ts';
import { firstBrokenEvidence } from './evidence.ts';
import { listWantedPackages } from './package-store.ts';
import { PackagingUnderTest } from './packaging.testing.ts';
import { NORDBANK, PDF, pdf, SJOBANK, testSigner } from './signature.testing.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const SIGNERS = ['kari', 'ola'];
const NAMES = ['signer-1-id-token.jwt', 'signer-1-binding.json', 'signer-2-id-token.jwt', 'signer-2-binding.json'];

let database: TestDatabase;
let packaging: PackagingUnderTest;
beforeAll(async () => {
  database = await freshDatabase('embedded');
  packaging = await PackagingUnderTest.start(database);
  packaging.signature.eid.signs = ['pdf', 'xml'];
});
afterAll(async () => {
  await packaging.stop();
  await database.close();
});

const dataToSign = (fileName: string, signaturePackageFormats: string[] = []) => ({
  fileName,
  base64Content: PDF.toString('base64'),
  packaging: { signaturePackageFormats },
});
const status = async (documentId: string) =>
  (await packaging.signature.api('GET', `/signature/documents/${documentId}/status`)).body;

async function download(documentId: string, tail: string): Promise<{ bytes: Buffer; type: string; name: string }> {
  const answer = await packaging.signature.api('GET', `/signature/documents/${documentId}/files${tail}`);
  if (answer.status !== 200) throw new Error(answer.text);
  const name = /filename="([^"]*)"/.exec(answer.headers['content-disposition'] ?? '')?.[1] ?? '';
  return { bytes: answer.bytes, type: answer.headers['content-type'] ?? '', name };
}

const orderToSign = (signaturePackageFormats: string[] = []) => ({
  fileName: 'order.xml',
  base64Content: Buffer.from(ORDER).toString('base64'),
  base64ContentStyleSheet: Buffer.from(ORDER_SHEET).toString('base64'),
  packaging: { signaturePackageFormats },
});

/** What the account's signers produced, in order of signing. */
async function nativesOf(documentId: string): Promise<Buffer[]> {
  const { body } = await packaging.signature.api('GET', `/signature/documents/${documentId}/signers`);
  return Promise.all(
    body.map(async ({ id }: { id: string }) => (await download(documentId, `/signers/${id}?native`)).bytes),
  );
}

/** The seal is the account's, is B-LT by our own verdict and genuine by that of xmlsec1. */
async function expectSealed(signed: Buffer) {
  const [root] = packaging.deps.trust.anchors;
  const verified = await verifyXades(signed, { trustAnchors: [root!] });
  expect(verified.problems).toEqual([]);
  expect([verified.level, verified.subject.at(-1)?.value]).toEqual(['B-LT', 'Nordbank seal']);
  const verdict = await xmlsec(signed, root!);
  expect(verdict.text).toContain('OK');
  expect(verdict.verified).toBe(true);
  return verified;
}

/** As `docs/packages.md` tells to check it. */
function expectWholeChain(evidence: Buffer, documentId: string): void {
  const log = JSON.parse(evidence.toString('utf8'));
  expect(log.documentId).toBe(documentId);
  const entries = log.entries.map((entry: Record<string, unknown>) => ({
    ...entry,
    occurredAt: new Date(String(entry.occurredAt)),
    signerId: entry.signerId ?? undefined,
    hash: Buffer.from(String(entry.hash), 'hex'),
  }));
  expect(entries.map(({ kind }: { kind: string }) => kind)).toEqual(
    expect.arrayContaining(['document_created', 'link_opened', 'signed']),
  );
  const last = entries.at(-1);
  expect(firstBrokenEvidence(documentId, entries, { sequence: last.sequence, hash: last.hash })).toBeUndefined();
}

/** Text and base64 content of the elements of a name. */
const elements = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map((match) => match[1]!);
const decoded = (xml: string, name: string) => elements(xml, name).map((text) => Buffer.from(text, 'base64'));

describe('of one document with two signers, each format', () => {
  const formats = ['pades', 'no_bankid_pades', 'xades', 'asice'];
  let documentId: string;
  let natives: Buffer[];
  beforeAll(async () => {
    documentId = await packaging.signedDocument({ dataToSign: dataToSign('lease.pdf', formats) }, SIGNERS);
    await packaging.packageAll(documentId);
    natives = await nativesOf(documentId);
  });

  it('is listed, and there is one document_packaged', async () => {
    expect((await status(documentId)).completedPackages.toSorted()).toEqual([
      'asice',
      'pades',
      'standard_packaging',
      'xades',
    ]);
    const events = await packaging.signature.events(documentId);
    expect(events.filter((type) => type === 'document_packaged')).toHaveLength(1);
  });

  it('standard_packaging: one sealed XML with the document, natives, signer data and evidence', async () => {
    const { bytes, type, name } = await download(documentId, '?standard_packing');
    expect([type, name]).toEqual(['application/xml', 'lease-signed.xml']);
    await expectSealed(bytes);
    const xml = bytes.toString('utf8');
    expect(decoded(xml, 'Content').map(sha256)).toEqual([sha256(PDF)]);
    expect(decoded(xml, 'Native').map(sha256)).toEqual(natives.map(sha256));
    expect(elements(xml, 'FullName')).toEqual(['Kari Nordmann', 'Kari Nordmann']);
    expect(elements(xml, 'Mechanism')).toEqual(['pkisignature', 'pkisignature']);
    expect(elements(xml, 'NationalNumber')).toEqual([]);
    expectWholeChain(decoded(xml, 'Evidence')[0]!, documentId);
  });

  it('xades: one signature around the document and the natives', async () => {
    const { bytes, type, name } = await download(documentId, '?fileFormat=xades');
    expect([type, name]).toEqual(['application/xml', 'lease-signed.xades.xml']);
    const { signed } = await expectSealed(bytes);
    const [contents, ...files] = signed.map((object) => Buffer.from(object.content!));
    expect([files[0], files[1], files[3]].map((file) => sha256(file!))).toEqual([PDF, ...natives].map(sha256));
    expect(
      JSON.parse(contents!.toString('utf8')).map((one: { fileName: string; sha256: string }) => [
        one.fileName,
        one.sha256,
      ]),
    ).toEqual(['lease.pdf', ...NAMES].map((fileName, index) => [fileName, sha256(files[index]!)]));
  });

  it('asice: a container with the document, the natives and the evidence', async () => {
    const { bytes, type, name } = await download(documentId, '?fileType=ASICE');
    expect([type, name]).toEqual(['application/vnd.etsi.asic-e+zip', 'lease-signed.asice']);
    const files = await unzipped(bytes);
    const names = ['lease.pdf', ...NAMES.map((one) => `natives/${one}`), 'evidence/evidence.json'];
    const meta = ['mimetype', 'META-INF/manifest.xml', 'META-INF/signatures001.xml'];
    expect([...files.keys()].toSorted()).toEqual([...meta, ...names].toSorted());
    expect(sha256(files.get('lease.pdf')!)).toBe(sha256(PDF));
    expectWholeChain(files.get('evidence/evidence.json')!, documentId);
    const verified = await verifyAsicE(bytes, { trustAnchors: packaging.deps.trust.anchors });
    expect([verified.valid, verified.level, verified.signatures[0]?.covers]).toEqual([true, 'B-LT', names]);
    const [root] = packaging.deps.trust.anchors;
    expect((await xmlsec(files.get('META-INF/signatures001.xml')!, root!, files)).text).toContain('OK');
  });

  it('pades and no_bankid_pades: both begin with the document, one has pages and one has none', async () => {
    const [pages, none] = [await download(documentId, '?pades'), await download(documentId, '?no_bankid_pades')];
    expect([pages.name, none.name]).toEqual(['lease-signed.pdf', 'lease-signed.bankid.pdf']);
    for (const { bytes } of [pages, none]) {
      expect(bytes.subarray(0, PDF.length).equals(PDF)).toBe(true);
      expect((await qpdfCheck(bytes)).clean).toBe(true);
      expect((await attachedFiles(bytes)).toSorted()).toEqual([...NAMES, 'evidence.json'].toSorted());
      // Certification, two signers, time-stamp.
      expect(bytes.toString('latin1').split('/ByteRange').length - 1).toBe(4);
    }
    expect(await pdfText(pages.bytes)).toContain('Kari Nordmann');
    expect(await pdfText(none.bytes)).not.toContain('Kari Nordmann');
  });

  it('native: not for the document, whose signers have each their own', async () => {
    const answer = await packaging.signature.api('GET', `/signature/documents/${documentId}/files?native`);
    expect([answer.status, answer.body.code]).toEqual([404, 'file_format_not_available']);
  });
});

describe('packaged: one signature with the document', () => {
  it.each(['/signature/documents/{id}/files', '/signature/files/documents/{id}'])(
    'is there as soon as that signer has signed, of a PDF as a PDF, and made once: %s',
    async (path) => {
      const { body } = await packaging.signature.create({}, SIGNERS);
      const ask = (index: number, caller = {}) => {
        const tail = `/signers/${body.signers[index].id}?fileFormat=packaged`;
        return packaging.signature.api('GET', path.replace('{id}', body.documentId) + tail, caller);
      };
      expect((await ask(0)).body.code).toBe('file_not_ready');
      await packaging.signature.sign(body.signers[0].url);
      const [first, again] = [await ask(0), await ask(0)];
      expect(first.headers).toMatchObject({ 'content-type': 'application/pdf', etag: again.headers.etag });
      expect(first.text.startsWith(PDF.toString('latin1'))).toBe(true);
      expect(first.text.split('/ByteRange').length - 1).toBe(3);
      expect((await ask(1)).body.code).toBe('file_not_ready');
      expect((await ask(0, { accountId: SJOBANK })).body.code).toBe('document_not_found');
      expect(await status(body.documentId)).toMatchObject({ documentStatus: 'partialsigned', completedPackages: [] });
    },
  );

  it('is a standard package of that signature where the document is no PDF', async () => {
    const { body } = await packaging.signature.create({ dataToSign: orderToSign() }, SIGNERS);
    const [signer] = body.signers;
    await packaging.signature.sign(signer.url);
    const { bytes, type, name } = await download(body.documentId, `/signers/${signer.id}?packaged`);
    expect([type, name]).toEqual(['application/xml', 'order-signed.xml']);
    await expectSealed(bytes);
    const xml = bytes.toString('utf8');
    expect(xml).toContain('fileName="order.xml" mediaType="application/xml"');
    expect([decoded(xml, 'Content').map(String), decoded(xml, 'Native')]).toEqual([
      [ORDER],
      [(await download(body.documentId, `/signers/${signer.id}?native`)).bytes],
    ]);
  });
});

it('packages what is not PDF too, with the style sheet that was signed along', async () => {
  const documentId = await packaging.signedDocument({ dataToSign: orderToSign(['xades', 'asice']) });
  await packaging.packageAll(documentId);
  expect((await status(documentId)).completedPackages.toSorted()).toEqual([
    'asice',
    'native',
    'standard_packaging',
    'xades',
  ]);
  const standard = (await download(documentId, '?standard_packaging')).bytes.toString('utf8');
  expect([decoded(standard, 'Content'), decoded(standard, 'StyleSheet')].map(String)).toEqual([ORDER, ORDER_SHEET]);
  const { signed } = await expectSealed((await download(documentId, '?xades')).bytes);
  expect(signed.slice(1, 3).map(({ content }) => Buffer.from(content!).toString('utf8'))).toEqual([ORDER, ORDER_SHEET]);
  const files = await unzipped((await download(documentId, '?asice')).bytes);
  expect([files.get('order.xml'), files.get('presentation/style-sheet.xsl')].map(String)).toEqual([ORDER, ORDER_SHEET]);
});

it('makes the same packages of an attachment that is signed along, and says so apart', async () => {
  const { signature } = packaging;
  const { body } = await signature.create({ dataToSign: dataToSign('lease.pdf', ['pades', 'asice']) });
  const rules = pdf('House rules');
  const attachment = { fileName: 'rules.pdf', title: 'Rules', type: 'sign', data: rules.toString('base64') };
  const path = `/signature/documents/${body.documentId}/attachments`;
  const { id } = (await signature.api('POST', path, { body: attachment })).body;
  const session = await signature.open(body.signers[0].url);
  await signature.app('GET', `/documents/${id}/content`, session.token);
  await signature.app('POST', `/attachments/${id}/accept`, session.token, { contentSha256: sha256(rules) });
  const attemptId = await signature.goToEidAndBack(session);
  const file = (format: string) => `/attachments/${id}?${format}`;
  await expect(download(body.documentId, file('pades'))).rejects.toThrow('file_not_ready');
  await signature.app('POST', '/sign/complete', session.token, { returnedAttempt: signature.returned(attemptId) });
  await packaging.packageAll(body.documentId);
  const formats = ['asice', 'native', 'pades', 'standard_packaging'];
  const { completedPackages, attachmentPackages } = await status(body.documentId);
  expect([completedPackages.toSorted(), attachmentPackages[id].toSorted()]).toEqual([formats, formats]);
  expect(await signature.events(body.documentId)).toContain('document_packaged');

  const [pades, standard] = [
    await download(body.documentId, file('pades')),
    await download(body.documentId, file('standard_packaging')),
  ];
  expect([pades.name, standard.name]).toEqual(['rules-signed.pdf', 'rules-signed.xml']);
  expect(pades.bytes.subarray(0, rules.length).equals(rules)).toBe(true);
  await expectSealed(standard.bytes);
  expect(decoded(standard.bytes.toString('utf8'), 'Content').map(sha256)).toEqual([sha256(rules)]);
  const own = await download(body.documentId, `/attachments/${id}/signers/${body.signers[0].id}?packaged`);
  expect(own.bytes.subarray(0, rules.length).equals(rules)).toBe(true);
  await expect(download(body.documentId, file('xades'))).rejects.toThrow('file_format_not_available');

  // What the row says was signed must be what the evidence says.
  const part = `attachment:${id}`;
  await signature.query('delete from document_packages where document_id = $1 and part = $2', [body.documentId, part]);
  await signature.query(`update attachment_signatures set content_sha256 = repeat('0', 64) where document_id = $1`, [
    body.documentId,
  ]);
  const task = { documentId: body.documentId, part, format: 'asice' } as const;
  await expect(packageDocument(packaging.deps, task)).rejects.toMatchObject({ code: 'evidence_broken' });
});

it('writes names that XML has no way to write, and stays readable', async () => {
  const { eid } = packaging.signature;
  eid.answer = () => eid.completed('Kari \u0007\uffff <O&Co>');
  const documentId = await packaging.signedDocument();
  eid.answer = () => eid.completed('Kari Nordmann');
  await packaging.packageAll(documentId);
  const { bytes } = await download(documentId, '?standard_packaging');
  await expectSealed(bytes);
  expect(elements(bytes.toString('utf8'), 'FullName')).toEqual(['Kari \ufffd\ufffd &lt;O&amp;Co&gt;']);
});

describe('while time-stamps are not to be had', () => {
  it('a signature that is sealed here is packaged when it has got its time-stamp', async () => {
    const { trust } = packaging.deps;
    packaging.sealXml = async (account, enveloped) => {
      const provider = await trust.sealProvider(account);
      const request = { provider, signingTime: new Date(), level: 'B-B' as const, trustAnchors: [...trust.anchors] };
      return { bytes: (await signXades({ ...request, content: { enveloped } })).bytes, level: 'B-B' };
    };
    const { signature } = packaging;
    const { body } = await signature.create({
      signers: [testSigner('kari', { signatureType: { mechanism: 'handwritten' } })],
    });
    const documentId = body.documentId as string;
    const { token, view } = await signature.open(body.signers[0].url);
    const drawn = new URL('../../../../test/flows/handwritten-signature.png', import.meta.url);
    const signed = await signature.app('POST', '/sign/handwritten', token, {
      documentSha256: view.document.sha256,
      kind: 'typed',
      firstName: 'Kari',
      lastName: 'Nordmann',
      picture: await readFile(drawn, 'base64'),
    });
    expect(signed.body.outcome).toBe('signed');
    packaging.sealXml = trust.sealXml;
    const task = { documentId, part: 'document', format: 'standard_packaging' } as const;
    const raiseSeal = async () => {
      throw new SeglError(503, 'timestamp_unavailable', 'Later.');
    };
    const waiting = packageDocument({ ...packaging.deps, trust: { ...trust, raiseSeal } }, task);
    await expect(waiting).rejects.toMatchObject({ code: 'timestamp_unavailable' });

    await packageDocument(packaging.deps, task);
    const { bytes } = await download(documentId, '?standard_packaging');
    await expectSealed(bytes);
    const [native] = decoded(bytes.toString('utf8'), 'Native');
    const verdict = await verifyXades(native!, { trustAnchors: [...trust.anchors] });
    expect([verdict.valid, verdict.level]).toEqual([true, 'B-LT']);
    expect(decoded(bytes.toString('utf8'), 'Binding').map((json) => JSON.parse(String(json)))).toEqual([
      { format: 'segl_sealed_evidence', sealedBy: NORDBANK },
    ]);
  });

  it('what needs them waits and says so, and is made when it is restarted', async () => {
    const documentId = await packaging.signedDocument();
    const { revocation } = packaging.deps.trust;
    const timeStamps = {
      timeStamp: async () => {
        throw new Error('no route to the time-stamp service');
      },
    };
    const pool = new SealingPool({ threads: 1, services: { timeStamps, revocation } });
    const task = { documentId, part: 'document', format: 'standard_packaging' } as const;
    for (const _ of [1, 2]) await expect(packageOrTell({ ...packaging.deps, pool }, task)).rejects.toThrow('no route');
    await pool.close();
    const since = expect.stringMatching(/Z$/);
    expect((await status(documentId)).delayedPackages).toEqual([
      { format: 'standard_packaging', code: 'timestamp_unavailable', since },
    ]);
    const stuck = (await listStuckPackages(database)).filter((one) => one.documentId === documentId);
    expect(stuck.map(({ format, failure }) => [format, failure?.code, failure?.attempts])).toEqual([
      ['pades', undefined, undefined],
      ['standard_packaging', 'timestamp_unavailable', 2],
    ]);
    const gauges = await packagingGauges(database, new Date(packaging.deps.clock.now().getTime() + 90_000));
    const { text } = await writeGauges(gauges);
    expect(text).toMatch(
      /^segl_delayed_packages\{code="timestamp_unavailable"\} 1\n[^{]*\nsegl_longest_package_delay_seconds\{code="timestamp_unavailable"\} (?:89|9\d)\n$/m,
    );
    expect(text).toMatch(/^segl_documents_waiting_for_packages [1-9]\d*$/m);

    const jobs = createJobs({ database, clock: packaging.deps.clock, log: silentLog });
    jobs.define(
      packagingQueue(1, async (data) => {
        if ('format' in data) await packageOrTell(packaging.deps, data);
      }),
    );
    await jobs.start();
    expect(await restartPackaging({ database, jobs }, documentId)).toHaveLength(2);
    await expect.poll(() => packaging.signature.events(documentId)).toContain('document_packaged');
    await jobs.stop();
    expect((await status(documentId)).delayedPackages).toEqual([]);
    expect((await listStuckPackages(database)).filter((one) => one.documentId === documentId)).toEqual([]);
  });
});

describe('the self-check before a file is stored', () => {
  it('is what a receiver’s validation by EN 319 102-1 says: each signature of each format passes', async () => {
    const formats = ['pades', 'no_bankid_pades', 'xades', 'asice'];
    const documentId = await packaging.signedDocument({ dataToSign: dataToSign('lease.pdf', formats) }, SIGNERS);
    const verdicts: [string, string, string][] = [];
    const { pool } = packaging.deps;
    const seal: typeof pool.seal = async (request) => {
      const sealed = await pool.seal(request);
      verdicts.push(
        ...sealed.verdicts.map((one): [string, string, string] => [request.kind, one.name, one.indication]),
      );
      return sealed;
    };
    const watched = Object.assign(Object.create(pool) as typeof pool, { seal });
    for (const task of await listWantedPackages(database, [documentId])) {
      await packageDocument({ ...packaging.deps, pool: watched }, task);
    }
    const passed = (kind: string, ...names: string[]) => names.map((name) => [kind, name, 'TOTAL-PASSED']);
    const ofPdf = ['Certification', 'Signer1', 'Signer2', 'DocumentTimeStamp'];
    expect(verdicts.toSorted()).toEqual(
      [
        ...passed('asice', 'META-INF/signatures001.xml'),
        ...passed('pdf', ...ofPdf, ...ofPdf),
        ...passed('standard', '1'),
        ...passed('xades', '1'),
      ].toSorted(),
    );
  });
});

it('national numbers and a second language are in the files where they were asked for', async () => {
  const { eid } = packaging.signature;
  const told = { value: '05128938534', countryCode: 'NO' };
  eid.answer = () => {
    const outcome = eid.completed('Kari Nordmann');
    return outcome.result === 'completed'
      ? { ...outcome, person: { ...outcome.person, nationalNumber: told } }
      : outcome;
  };
  const made = async (padesSettings: object) => {
    const { packaging: formats, ...data } = dataToSign('lease.pdf', ['pades']);
    const documentId = await packaging.signedDocument({
      dataToSign: { ...data, packaging: { ...formats, padesSettings } },
      advanced: { getSocialSecurityNumber: true },
    });
    await packaging.packageAll(documentId);
    const standard = (await download(documentId, '?standard_packaging')).bytes.toString('utf8');
    return { text: await pdfText((await download(documentId, '?pades')).bytes), standard };
  };
  const asked = await made({ primaryLanguage: 'SV', secondaryLanguage: 'FI', includeSsnInPades: true });
  expect(asked.text).toContain('Underskrifter / Allekirjoitukset');
  expect(asked.text).toContain(`Personnummer: ${told.value}`);
  expect(asked.text).toContain('Kari Nordmann undertecknade med Test eID');
  expect(asked.standard).toContain(`<NationalNumber countryCode="NO">${told.value}</NationalNumber>`);
  const plain = await made({ primaryLanguage: 'DA' });
  eid.answer = () => eid.completed('Kari Nordmann');
  expect(plain.text).toContain('Hvad der skete');
  expect(plain.text + plain.standard).not.toContain(told.value);
});

it('signature.md 15: changes, the start of signing and the receipt are evidence, each once', async () => {
  const { signature } = packaging;
  const { body } = await signature.create();
  const patch = { title: 'Other title', advanced: { tags: ['leases'] } };
  for (const _ of [1, 2]) {
    await signature.api('PATCH', `/signature/documents/${body.documentId}`, { body: patch });
  }
  const session = await signature.open(body.signers[0].url);
  const returnedAttempt = signature.returned(await signature.goToEidAndBack(session));
  await signature.app('GET', '/result', session.token);
  await signature.app('POST', '/sign/complete', session.token, { returnedAttempt });
  await Promise.all([1, 2].map(() => signature.app('GET', '/result', session.token)));
  await packaging.packageAll(body.documentId);
  const standard = (await download(body.documentId, '?standard_packaging')).bytes.toString('utf8');
  const log = JSON.parse(decoded(standard, 'Evidence')[0]!.toString('utf8'));
  expect(log.entries.map(({ kind }: { kind: string }) => kind)).toEqual([
    'document_created',
    'document_changed',
    'link_opened',
    'method_chosen',
    'signing_started',
    'signed',
    'receipt_shown',
  ]);
  expect(log.entries[1].data.members).toEqual(['title', 'advanced.tags']);
  for (const entry of log.entries.slice(2)) expect(entry.data.documentSha256).toBe(sha256(PDF));
});
