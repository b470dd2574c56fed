import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import {
  AdesError,
  type BaselineServices,
  inspectPdf,
  isSignedPdf,
  repairPdf,
  type SealSignature,
  type SignatureProvider,
  sealPackagedPdf,
  signAsicE,
  signXades,
  type XadesContent,
} from '@segl/ades';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { PdfCheck } from '../signature/index.ts';
import { blankAppearance } from './blank-appearance.ts';
import { type EvidenceInput, renderEvidencePages } from './evidence-pages.ts';
import { evidenceTextsOf } from './evidence-texts.ts';
import { judgePackage } from './judge-package.ts';
import type { FieldPlace } from './pages/set-pages.ts';
import { renderReceipt } from './receipt-page.ts';
import type {
  EvidencePagesTask,
  FilesTask,
  PackagedFile,
  PdfTask,
  PoolTask,
  PortAnswer,
  PortRequest,
  RemoteKey,
  SealedFile,
  SealResult,
  SealTask,
  StandardTask,
} from './sealing-messages.ts';
import { writeStandardPackage } from './standard-package.ts';

const NICENESS = 10;

yieldToRequests();

/**
 * Sealing can wait, a request cannot: the thread takes the processor when nobody else wants it. Linux keeps a priority per
 * thread; elsewhere there is none to set.
 */
function yieldToRequests(): void {
  if (process.platform !== 'linux') return;
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(thread, NICENESS);
}

/** Entry of a sealing thread. */
export default async function run(task: PoolTask): Promise<PdfCheck | SealResult> {
  if (task.do === 'checkPdf') return checkPdf(task.bytes);
  return handedOver(await seal(task.task, new MainThread(task.port)));
}

/** A sealed file can be large: it changes hands instead of being copied, where it has a buffer of its own. */
function handedOver(result: SealResult): SealResult {
  const { buffer, byteLength } = result.bytes;
  if (byteLength !== buffer.byteLength) return result;
  const movable = { [transferableSymbol]: [buffer], [valueSymbol]: result };
  return move(movable as unknown as Parameters<typeof move>[0]) as unknown as SealResult;
}

async function checkPdf(bytes: Uint8Array): Promise<PdfCheck> {
  const inspection = await inspectPdf(bytes);
  if (inspection.verdict === 'refused') {
    return { accepted: false, code: inspection.code, message: `The PDF cannot be signed: ${inspection.message}.` };
  }
  const { facts } = inspection;
  return {
    accepted: true,
    pageCount: facts.pageCount,
    ...(inspection.verdict === 'repairable' ? { repaired: await repairPdf(bytes) } : {}),
  };
}

async function seal(task: SealTask, main: MainThread): Promise<SealResult> {
  const start = performance.now();
  try {
    const made = await make(task, main);
    return { ...made, verdicts: await judgePackage(task, made.bytes, performance.now() - start) };
  } catch (error) {
    // Of an error that crosses to the main thread only the message is kept.
    throw error instanceof AdesError ? new Error(`${error.code}: ${error.message}`) : error;
  } finally {
    main.close();
  }
}

async function make(task: SealTask, main: MainThread): Promise<SealedFile> {
  switch (task.kind) {
    case 'pdf':
      return sealPdf(task, main);
    case 'standard':
      return sealStandard(task, main);
    case 'xades':
      return sealXml({ enclosed: [contentsOf(task.files), ...task.files.map(enclosedObject)] }, task, main);
    case 'asice':
      return sealContainer(task, main);
    case 'receipt':
      return sealOwnPages(await renderReceipt(task.receipt), { ...task, attached: [] }, main);
  }
}

async function sealPdf(task: Extract<SealTask, PdfTask>, main: MainThread): Promise<SealedFile> {
  if (isSignedPdf(task.original)) return addApprovals(task, main);
  const evidence = task.evidence && (await renderEvidencePages(withCertificates(task.evidence, task.approvals)));
  const [texts] = evidenceTextsOf(task.evidence?.languages ?? []);
  const sealed = await sealPackagedPdf({
    original: task.original,
    layout: {
      ...(evidence ? { evidencePages: evidence.pdf, pagesInFront: evidence.pagesInFront } : {}),
      testMark: task.testMark,
      associatedFiles: associatedFiles(task),
      certification: { name: 'Certification' },
      approvals: task.approvals.map((approval, index) => ({
        name: `Signer${index + 1}`,
        label: `${texts.signedBy} ${approval.fullName}`,
        ...visibleAt(evidence?.signerPlaces[index]),
      })),
      documentTimeStamp: { name: 'DocumentTimeStamp' },
    },
    certification: certificationOf(task, main),
    approvals: task.approvals.map((approval) => approvalBy(approval, main)),
    ...longTerm(task, main),
  });
  return { bytes: sealed.bytes, level: 'B-LTA', warnings: sealed.warnings };
}

/** What others signed stays as they left it: nothing is added but signatures, so that theirs hold. */
async function addApprovals(task: Extract<SealTask, PdfTask>, main: MainThread): Promise<SealedFile> {
  const sealed = await sealPackagedPdf({
    mode: 'approvals_only',
    original: task.original,
    fieldNames: task.approvals.map((_, index) => `Signer${index + 1}`),
    testMark: task.testMark,
    approvals: task.approvals.map((approval) => approvalBy(approval, main)),
    ...longTerm(task, main),
  });
  return { bytes: sealed.bytes, level: 'B-LTA', warnings: sealed.warnings };
}

async function sealStandard(task: Extract<SealTask, StandardTask>, main: MainThread): Promise<SealedFile> {
  const takesNoPages = task.pages && isSignedPdf(task.package.content.content);
  const evidencePages = takesNoPages ? await sealEvidencePages({ ...task, ...task.pages! }, main) : undefined;
  return sealXml({ enveloped: writeStandardPackage({ ...task.package, evidencePages }) }, task, main);
}

async function sealEvidencePages(task: EvidencePagesTask & SealTask, main: MainThread): Promise<PackagedFile> {
  const { pdf } = await renderEvidencePages({ ...task.evidence, apart: true });
  const { bytes } = await sealOwnPages(pdf, task, main);
  return {
    fileName: 'evidence.pdf',
    mediaType: 'application/pdf',
    description: 'Who signed, when and how',
    content: bytes,
  };
}

/** Pages of our own as a file of their own, certified by the account. */
async function sealOwnPages(
  pdf: Uint8Array,
  task: SealTask & Pick<EvidencePagesTask, 'attached' | 'sealName' | 'sealReason'>,
  main: MainThread,
): Promise<SealedFile> {
  const { bytes, warnings } = await sealPackagedPdf({
    original: pdf,
    layout: {
      associatedFiles: associatedFiles(task),
      certification: { name: 'Certification' },
      approvals: [],
      documentTimeStamp: { name: 'DocumentTimeStamp' },
    },
    certification: certificationOf(task, main),
    approvals: [],
    ...longTerm(task, main),
  });
  return { bytes, level: 'B-LTA', warnings };
}

function associatedFiles({ attached, now }: { attached: readonly PackagedFile[]; now: Date }) {
  return attached.map((file) => ({
    name: file.fileName,
    mimeType: file.mediaType,
    description: file.description,
    bytes: file.content,
    modifiedAt: now,
  }));
}

function certificationOf(
  task: { seal: RemoteKey; sealName: string; sealReason: string; now: Date },
  main: MainThread,
): SealSignature {
  return { provider: main.provider(task.seal), name: task.sealName, reason: task.sealReason, signingTime: task.now };
}

function approvalBy(approval: PdfTask['approvals'][number], main: MainThread): SealSignature {
  return {
    provider: main.provider(approval),
    name: approval.fullName,
    reason: approval.reason,
    signingTime: approval.signedAt,
  };
}

function longTerm(task: SealTask, main: MainThread) {
  return { level: 'B-LTA' as const, signingTime: task.now, trustAnchors: task.trustAnchors, ...main.services };
}

/** Where a template has no place for a signer, the field is not seen. */
function visibleAt(place: FieldPlace | undefined) {
  if (!place) return {};
  const { page, rect } = place;
  return {
    visible: {
      evidencePage: page,
      rect: [rect.x, rect.y, rect.x + rect.width, rect.y + rect.height] as [number, number, number, number],
      // The page itself shows who signed; the field only has to be where that stands.
      appearance: blankAppearance(rect.width, rect.height),
    },
  };
}

/** The keys that stand for the signers are made when the file is. */
function withCertificates(evidence: EvidenceInput, approvals: PdfTask['approvals']): EvidenceInput {
  const signers = evidence.signers.map((signer, index) => {
    const { issuer, subject, serialNumber, validFromDate, validToDate } = new X509Certificate(
      approvals[index]!.certificateChain[0]!,
    );
    const serial = serialNumber.toLowerCase();
    return {
      ...signer,
      certificate: {
        issuer: oneLine(issuer),
        subject: oneLine(subject),
        serial,
        validFrom: validFromDate,
        validTo: validToDate,
      },
    };
  });
  return { ...evidence, signers };
}

const oneLine = (distinguishedName: string): string => distinguishedName.split('\n').join(', ');

async function sealXml(content: XadesContent, task: SealTask, main: MainThread): Promise<SealedFile> {
  const { bytes } = await signXades({
    content,
    provider: main.provider(task.seal),
    level: 'B-LT',
    signingTime: task.now,
    trustAnchors: task.trustAnchors,
    ...main.services,
  });
  return { bytes, level: 'B-LT', warnings: [] };
}

const enclosedObject = (file: PackagedFile) => ({ mimeType: file.mediaType, content: file.content });

/** Objects of a signature have no names: the first one tells those of the others. */
function contentsOf(files: readonly PackagedFile[]) {
  const contents = files.map(({ fileName, mediaType, description, content }, index) => ({
    object: index + 1,
    fileName,
    mediaType,
    description,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  return { mimeType: 'application/json', content: Buffer.from(JSON.stringify(contents, null, 2), 'utf8') };
}

async function sealContainer(task: Extract<SealTask, FilesTask>, main: MainThread): Promise<SealedFile> {
  const { bytes } = await signAsicE({
    format: 'xades',
    files: task.files.map(({ fileName, mediaType, content }) => ({ name: fileName, mimeType: mediaType, content })),
    signers: [{ provider: main.provider(task.seal), signingTime: task.now }],
    level: 'B-LT',
    trustAnchors: task.trustAnchors,
    ...main.services,
  });
  return { bytes, level: 'B-LT', warnings: [] };
}

type Question = PortRequest extends infer Request
  ? Request extends { id: number }
    ? Omit<Request, 'id'>
    : never
  : never;

/** The main thread, as the sealing thread sees it: it has the keys and knows the services. */
class MainThread {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, { resolve(value: Uint8Array | undefined): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (answer: PortAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value);
    });
    // When the other side goes, nobody will answer any more.
    once(port, 'close').then(
      () => {
        for (const { reject } of this.#waiting.values()) reject(new Error('the main thread is gone'));
      },
      () => undefined,
    );
  }

  ask(question: Question): Promise<Uint8Array | undefined> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage({ ...question, id });
    });
  }

  async require(question: Question): Promise<Uint8Array> {
    const answer = await this.ask(question);
    if (!answer) throw new Error(`there is no answer to ${question.ask}`);
    return answer;
  }

  provider(key: RemoteKey): SignatureProvider {
    return {
      algorithm: key.algorithm,
      certificateChain: key.certificateChain,
      sign: (tbs) => this.require({ ask: 'sign', key: key.key, tbs }),
    };
  }

  /** Time-stamps and revocation data, as `@segl/ades` asks for them. */
  readonly services: Required<Pick<BaselineServices, 'tsa' | 'revocation'>> = {
    tsa: { timeStamp: (request) => this.require({ ask: 'timeStamp', request }) },
    revocation: {
      ocsp: (certificate, issuer) => this.ask({ ask: 'ocsp', certificate, issuer }),
      crl: (certificate, issuer) => this.ask({ ask: 'crl', certificate, issuer }),
    },
  };

  close(): void {
    this.#port.close();
  }
}
