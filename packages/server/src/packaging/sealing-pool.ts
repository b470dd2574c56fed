import { MessageChannel } from 'node:worker_threads';
import type { RevocationSource, SignatureProvider, TimeStampAuthority } from '@segl/ades';
import { Piscina } from 'piscina';
import { FairQueue } from '../kernel/fair-queue/fair-queue.ts';
import type { PdfCheck } from '../signature/index.ts';
import type { EvidenceInput } from './evidence-pages.ts';
import { PackagingFault, type PackagingFaultCode } from './packaging-fault.ts';
import type {
  FilesTask,
  PdfTask,
  PortAnswer,
  PortRequest,
  ReceiptTask,
  RemoteKey,
  RenderedPages,
  SealResult,
  SealTask,
  StandardTask,
} from './sealing-messages.ts';

/** The library derives this type from an overload of `postMessage` that newer typings list in another order. */
type TransferList = NonNullable<Parameters<Piscina['run']>[1]>['transferList'];

export interface SealingServices {
  timeStamps: TimeStampAuthority;
  revocation: RevocationSource;
}

export interface Approval {
  provider: SignatureProvider;
  fullName: string;
  reason: string;
  signedAt: Date;
}

/** Sealing input as the main thread has it: with providers instead of numbers for keys. */
export type SealRequest = (
  | (Omit<PdfTask, 'approvals'> & { approvals: Approval[] })
  | StandardTask
  | FilesTask
  | ReceiptTask
) & {
  seal: SignatureProvider;
  trustAnchors: Uint8Array[];
  now: Date;
};

/** What a failed question to a service means for the package. */
const UNAVAILABLE: Partial<Record<PortRequest['ask'], PackagingFaultCode>> = {
  timeStamp: 'timestamp_unavailable',
  ocsp: 'revocation_unavailable',
  crl: 'revocation_unavailable',
};

/** Likewise an answer that is none. */
const FAULTS: Record<string, PackagingFaultCode> = {
  timestamp_refused: 'timestamp_unavailable',
  timestamp_invalid: 'timestamp_unavailable',
  validation_data_missing: 'revocation_unavailable',
  ocsp_invalid: 'revocation_unavailable',
  crl_invalid: 'revocation_unavailable',
};

/** For work on what an account sent, which nobody has looked at yet. */
const UNASKED_WORK_MS = 20_000;

/** Of one account, in memory while they wait to be checked. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

/**
 * Threads that check, lay out and seal PDF files, so that the event loop only carries bytes. Keys never enter them: a
 * thread sends what is to be signed and gets the signature.
 */
export class SealingPool {
  readonly #pool: Piscina;
  readonly #services: SealingServices;
  readonly #checks: FairQueue;

  constructor(options: { threads: number; services: SealingServices }) {
    this.#services = options.services;
    // One more than there are threads, so that none is idle between two checks.
    this.#checks = new FairQueue({ concurrency: options.threads + 1, maxWaitingBytes: MAX_WAITING_BYTES });
    this.#pool = new Piscina({
      filename: new URL('./sealing-worker.ts', import.meta.url).href,
      minThreads: 1,
      maxThreads: options.threads,
      idleTimeout: 60_000,
      execArgv: [],
      // A PDF that needs more than this is refused rather than let take the process down.
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
  }

  /**
   * Judges a PDF; accounts take turns. A file that takes the thread down, or too long, is refused like one that is too
   * complex. Throws 429 `too_many_requests` when too many files of the account are waiting.
   */
  checkPdf(bytes: Uint8Array, accountId: string): Promise<PdfCheck> {
    return this.#checks.run(accountId, bytes.length, () => this.#check(bytes));
  }

  async #check(bytes: Uint8Array): Promise<PdfCheck> {
    try {
      return await this.#pool.run({ do: 'checkPdf', bytes }, { signal: AbortSignal.timeout(UNASKED_WORK_MS) });
    } catch (error) {
      if (!tookTooMuch(error)) throw error;
      return {
        accepted: false,
        code: 'pdf_too_complex',
        message: 'The PDF needs more memory or time than is allowed.',
      };
    }
  }

  /** Evidence pages by themselves, to look at. What takes the thread down, or too long, is a fault of its template. */
  async renderPages(pages: EvidenceInput): Promise<RenderedPages> {
    try {
      return await this.#pool.run({ do: 'renderPages', pages }, { signal: AbortSignal.timeout(UNASKED_WORK_MS) });
    } catch (error) {
      if (!tookTooMuch(error)) throw error;
      return { fault: 'it needs more memory or time than is allowed' };
    }
  }

  async seal(request: SealRequest): Promise<SealResult> {
    const { port1, port2 } = new MessageChannel();
    const { task, keys } = withRemoteKeys(request);
    let unavailable: PackagingFaultCode | undefined;
    port1.on('message', (message: PortRequest) => {
      this.#answer(keys, message).then(
        (value) => port1.postMessage({ id: message.id, value } satisfies PortAnswer),
        (error: Error) => {
          unavailable ??= UNAVAILABLE[message.ask];
          port1.postMessage({ id: message.id, error: error.message } satisfies PortAnswer);
        },
      );
    });
    try {
      return await this.#pool.run(
        { do: 'seal', task, port: port2 },
        { transferList: [port2] as unknown as TransferList },
      );
    } catch (cause) {
      const { message } = cause as Error;
      const code = unavailable ?? FAULTS[message.split(':', 1)[0]!];
      throw code ? new PackagingFault(code, message, { cause }) : cause;
    } finally {
      port1.close();
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #answer(keys: readonly SignatureProvider[], request: PortRequest): Promise<Uint8Array | undefined> {
    switch (request.ask) {
      case 'sign': {
        const key = keys[request.key];
        if (!key) throw new Error('there is no such key');
        return key.sign(request.tbs);
      }
      case 'timeStamp':
        return this.#services.timeStamps.timeStamp(request.request);
      case 'ocsp':
        return this.#services.revocation.ocsp(request.certificate, request.issuer);
      case 'crl':
        return this.#services.revocation.crl(request.certificate, request.issuer);
    }
  }
}

function tookTooMuch(error: unknown): boolean {
  return (error as Error).name === 'AbortError' || (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function withRemoteKeys(request: SealRequest): { task: SealTask; keys: SignatureProvider[] } {
  if (request.kind !== 'pdf') {
    const keys = [request.seal];
    return { task: { ...request, seal: remoteKey(keys, 0) }, keys };
  }
  const keys = [request.seal, ...request.approvals.map((approval) => approval.provider)];
  const approvals = request.approvals.map(({ provider: _, ...approval }, index) => ({
    ...approval,
    ...remoteKey(keys, index + 1),
  }));
  return { task: { ...request, seal: remoteKey(keys, 0), approvals }, keys };
}

function remoteKey(keys: readonly SignatureProvider[], index: number): RemoteKey {
  const provider = keys[index]!;
  return { key: index, algorithm: provider.algorithm, certificateChain: [...provider.certificateChain] };
}
