import type { Engine } from './embedded-engine.ts';
import { joinBytes } from './embedded-messages.ts';

/** PostgreSQL message `ReadyForQuery`, which ends every answer: 'Z', length 5, transaction status. */
const READY_FOR_QUERY = 0x5a;
const READY_FOR_QUERY_SIZE = 6;

/** Answers that wait for others leave after this time, or after the time that a sync takes when that is longer. */
const SHORTEST_BATCH_MS = 1;

export interface StatementRunnerOptions {
  engine: Pick<Engine, 'run' | 'syncWal' | 'hasUnsyncedWal'>;
  /** More messages that have already arrived, if any. */
  receive: () => Uint8Array | undefined;
  answer: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/**
 * Runs what has arrived, one statement after the other, and lets commits that come together share a sync: an answer
 * leaves after the sync, never before. How long answers wait for others follows the disk: on a fast one hardly at all.
 */
export class StatementRunner {
  readonly #options: StatementRunnerOptions;
  #answers: Uint8Array<ArrayBuffer>[] = [];
  #batchBegan = 0;
  #syncMs = 0;

  constructor(options: StatementRunnerOptions) {
    this.#options = options;
  }

  run(messages: Uint8Array): void {
    const { engine, receive } = this.#options;
    this.#batchBegan = performance.now();
    for (let next: Uint8Array | undefined = messages; next; next = receive()) {
      engine.run(next, (bytes) => this.#collect(bytes));
    }
    this.#send();
  }

  #collect(bytes: Uint8Array): void {
    this.#answers.push(bytes.slice() as Uint8Array<ArrayBuffer>);
    const waited = performance.now() - this.#batchBegan;
    if (endsAnswer(bytes) && waited > Math.max(SHORTEST_BATCH_MS, this.#syncMs)) this.#send();
  }

  #send(): void {
    const { engine, answer } = this.#options;
    if (engine.hasUnsyncedWal()) {
      const began = performance.now();
      engine.syncWal();
      this.#syncMs = performance.now() - began;
    }
    if (this.#answers.length > 0) answer(joinBytes(this.#answers));
    this.#answers = [];
    this.#batchBegan = performance.now();
  }
}

function endsAnswer(bytes: Uint8Array): boolean {
  return bytes[bytes.length - READY_FOR_QUERY_SIZE] === READY_FOR_QUERY;
}
