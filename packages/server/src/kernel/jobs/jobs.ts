import type { Transaction } from '../db/database.ts';

/** A durable queue. A job is done at least once: handlers must be safe to repeat. */
export interface QueueDefinition<Data extends object> {
  /** `capability.verb-noun`, for example `packaging.package-document`. */
  name: string;
  /** How many jobs of this queue one process works on at the same time. */
  concurrency: number;
  /** Pauses before each further try, in seconds; after the last one the job is kept as failed. */
  retryDelaysSeconds: number[];
  /** A job whose worker died is given to another one after this time without a heartbeat. */
  expireSeconds: number;
  handle(data: Data, context: { jobId: string; attempt: number; signal: AbortSignal }): Promise<void>;
}

export interface Jobs {
  define<Data extends object>(queue: QueueDefinition<Data>): void;
  /** With a transaction, the job exists exactly when the transaction commits. */
  send(queue: string, data: object, options?: { tx?: Transaction; startAfter?: Date; singletonKey?: string }): Promise<void>;
  start(): Promise<void>;
  /** Waits for running handlers, at most a few seconds. */
  stop(): Promise<void>;
}
