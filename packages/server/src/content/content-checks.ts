import { isUtf8 } from 'node:buffer';
import { Worker } from 'node:worker_threads';
import { FairQueue } from '../kernel/fair-queue/fair-queue.ts';
import type { ContentCheck, PlainContent } from './content-tasks.ts';

/** Of one account, in memory while they wait to be checked. */
const MAX_WAITING_BYTES = 128 * 1024 * 1024;
const WITHIN_MS = 10_000;
const MAX_HEAP_MB = 1024;

/**
 * Judges content that is not PDF, and makes the copy that signers are shown. Text is judged at once; XML and HTML each in a
 * thread of their own, which ends with the verdict, so that nothing of one sender's content meets another's.
 */
export class ContentChecks {
  readonly #withinMs: number;
  readonly #queue: FairQueue;
  readonly #running = new Set<Worker>();

  constructor(options: { threads: number; withinMs?: number }) {
    this.#withinMs = options.withinMs ?? WITHIN_MS;
    this.#queue = new FairQueue({ concurrency: options.threads + 1, maxWaitingBytes: MAX_WAITING_BYTES });
  }

  /** Accounts take turns. Throws 429 `too_many_requests` when too much of the account is waiting. */
  async check(content: PlainContent, accountId: string): Promise<ContentCheck> {
    const { format, bytes, styleSheet } = content;
    const message = 'The content is not text in UTF-8, or has a NUL in it.';
    if (!isUtf8(bytes) || bytes.includes(0)) return { accepted: false, part: 'content', message };
    if (format === 'txt') return { accepted: true };
    const sizeBytes = bytes.length + (styleSheet?.length ?? 0);
    return this.#queue.run(accountId, sizeBytes, () => this.#inThread(content));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.terminate()));
  }

  /** Content that takes the thread down, or too long, is refused like one that is too complex. */
  async #inThread(content: PlainContent): Promise<ContentCheck> {
    const worker = new Worker(new URL('./content-worker.ts', import.meta.url), {
      workerData: content,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      env: {},
      // What libraries print may quote the content.
      stdout: true,
      stderr: true,
    });
    this.#running.add(worker);
    const tooComplex: ContentCheck = {
      accepted: false,
      part: content.styleSheet ? 'styleSheet' : 'content',
      message: 'Checking the content needs more memory or time than is allowed.',
    };
    const timer = setTimeout(() => void worker.terminate(), this.#withinMs);
    try {
      return await new Promise<ContentCheck>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', (error: Error & { code?: string }) => {
          if (error.code === 'ERR_WORKER_OUT_OF_MEMORY' || error instanceof RangeError) resolve(tooComplex);
          else reject(error);
        });
        worker.once('exit', () => resolve(tooComplex));
      });
    } finally {
      clearTimeout(timer);
      this.#running.delete(worker);
      void worker.terminate();
    }
  }
}
