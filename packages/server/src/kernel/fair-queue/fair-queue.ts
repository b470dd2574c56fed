import { SeglError } from '../errors/segl-error.ts';

export interface FairQueueOptions {
  /** Pieces of work under way at once. */
  concurrency: number;
  /** Bytes of one owner that may wait. */
  maxWaitingBytes: number;
}

interface Waiting {
  bytes: number;
  start(): void;
}

/**
 * Lets work through owner by owner, in turn, so that one who brings much of it waits for himself and not others for him.
 * An owner never has all places when there are several: a place is left for somebody who comes later.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #perOwner: number;
  /** In the order in which owners are served. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, number>();
  #runningInAll = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
    this.#perOwner = Math.max(1, options.concurrency - 1);
  }

  /** Throws 429 `too_many_requests` when too much of the owner's work is waiting. */
  async run<T>(owner: string, bytes: number, work: () => Promise<T>): Promise<T> {
    await this.#turn(owner, bytes);
    try {
      return await work();
    } finally {
      this.#leave(owner);
    }
  }

  #turn(owner: string, bytes: number): Promise<void> {
    const queue = this.#waiting.get(owner) ?? [];
    const waitingBytes = queue.reduce((sum, one) => sum + one.bytes, 0);
    if (queue.length > 0 && waitingBytes + bytes > this.#options.maxWaitingBytes) {
      const message = 'Too many of your documents are waiting to be checked: send them more slowly.';
      throw new SeglError(429, 'too_many_requests', message, { retryAfterSeconds: 2 });
    }
    return new Promise((resolve) => {
      queue.push({ bytes, start: resolve });
      this.#waiting.set(owner, queue);
      this.#next();
    });
  }

  #leave(owner: string): void {
    this.#runningInAll -= 1;
    const running = this.#running.get(owner)! - 1;
    if (running === 0) this.#running.delete(owner);
    else this.#running.set(owner, running);
    this.#next();
  }

  #next(): void {
    for (const [owner, queue] of this.#waiting) {
      if (this.#runningInAll >= this.#options.concurrency) return;
      const running = this.#running.get(owner) ?? 0;
      if (running >= this.#perOwner) continue;
      const [first] = queue.splice(0, 1);
      // To the end of the line; iteration over the map comes to it again.
      this.#waiting.delete(owner);
      if (queue.length > 0) this.#waiting.set(owner, queue);
      this.#running.set(owner, running + 1);
      this.#runningInAll += 1;
      first!.start();
    }
  }
}
