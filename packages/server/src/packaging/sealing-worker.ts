import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import { inspectPdf, repairPdf, type SignatureProvider, sealPackagedPdf } from '@segl/ades';
import type { PdfCheck } from '../signature/index.ts';
import { blankAppearance, renderEvidencePages } from './evidence-pages.ts';
import type { PoolTask, PortAnswer, PortRequest, RemoteKey, SealResult, SealTask } from './sealing-messages.ts';

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
  return task.do === 'checkPdf' ? checkPdf(task.bytes) : seal(task.task, new MainThread(task.port));
}

async function checkPdf(bytes: Uint8Array): Promise<PdfCheck> {
  const inspection = await inspectPdf(bytes);
  if (inspection.verdict === 'refused') {
    return { accepted: false, code: inspection.code, message: `The PDF cannot be signed: ${inspection.message}.` };
  }
  const { facts } = inspection;
  if (facts.signatureCount + facts.timeStampCount > 0) {
    const message = 'The PDF carries signatures already; this version of Segl signs unsigned files only.';
    return { accepted: false, code: 'already_signed', message };
  }
  return {
    accepted: true,
    pageCount: facts.pageCount,
    ...(inspection.verdict === 'repairable' ? { repaired: await repairPdf(bytes) } : {}),
  };
}

async function seal(task: SealTask, main: MainThread): Promise<SealResult> {
  try {
    const evidence = await renderEvidencePages(task.evidence);
    const sealed = await sealPackagedPdf({
      original: task.original,
      layout: {
        evidencePages: evidence.pdf,
        testMark: task.testMark,
        associatedFiles: task.natives.map((native) => ({
          name: native.fileName,
          mimeType: native.mediaType,
          description: native.description,
          bytes: native.content,
          modifiedAt: task.now,
        })),
        certification: { name: 'Certification' },
        approvals: evidence.signerPlaces.map(({ page, rect }, index) => ({
          name: `Signer${index + 1}`,
          visible: {
            evidencePage: page,
            rect: [rect.x, rect.y, rect.x + rect.width, rect.y + rect.height],
            // The page itself shows who signed; the field only has to be where that stands.
            appearance: blankAppearance(rect.width, rect.height),
          },
        })),
        documentTimeStamp: { name: 'DocumentTimeStamp' },
      },
      certification: {
        provider: main.provider(task.seal),
        name: task.evidence.accountName,
        reason: task.sealReason,
        signingTime: task.now,
      },
      approvals: task.approvals.map((approval) => ({
        provider: main.provider(approval),
        name: approval.fullName,
        reason: approval.reason,
        signingTime: approval.signedAt,
      })),
      level: 'B-LTA',
      signingTime: task.now,
      trustAnchors: task.trustAnchors,
      tsa: { timeStamp: (request) => main.require({ ask: 'timeStamp', request }) },
      revocation: {
        ocsp: (certificate, issuer) => main.ask({ ask: 'ocsp', certificate, issuer }),
        crl: (certificate, issuer) => main.ask({ ask: 'crl', certificate, issuer }),
      },
    });
    return { bytes: sealed.bytes, level: 'B-LTA', warnings: sealed.warnings };
  } finally {
    main.close();
  }
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

  close(): void {
    this.#port.close();
  }
}
