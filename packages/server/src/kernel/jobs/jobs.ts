import type { Transaction } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

/** A durable queue. A job is done at least once: handlers must be safe to repeat. */
export interface QueueDefinition<Data extends object> {
  /** `capability.verb-noun`, for example `packaging.package-document`. */
  name: string;
  /** How many jobs of this queue one process works on at the same time. */
  concurrency: number;
  /** Pauses before each further try, in seconds; after the last one the job is kept as failed. */
  retryDelaysSeconds: number[];
  /** A job whose worker died is given to another one after this time without a heartbeat. At least 10 on PostgreSQL. */
  expireSeconds: number;
  /** `signal` aborts when the job was given to another worker or the process stops. The first attempt is 1. */
  handle(data: Data, context: { jobId: string; attempt: number; signal: AbortSignal }): Promise<void>;
}

export interface SendOptions {
  /** With a transaction, the job exists exactly when the transaction commits. */
  tx?: Transaction;
  startAfter?: Date;
  /** `startAfter` is a time on the clock of this account, and the job follows it: it starts when that clock gets there. */
  onClockOf?: { accountId: string; environment: Environment };
  /** While a job of the queue with this key waits for its first try, another one is not added. */
  singletonKey?: string;
}

export interface Jobs {
  define<Data extends object>(queue: QueueDefinition<Data>): void;
  send(queue: string, data: object, options?: SendOptions): Promise<void>;
  /** Many jobs in one statement. */
  sendMany(queue: string, jobs: Array<{ data: object } & Omit<SendOptions, 'tx'>>, tx?: Transaction): Promise<void>;
  /** Also needed by a process that only sends: `work: false` starts no handlers. */
  start(options?: { work: boolean }): Promise<void>;
  /** Waits for running handlers, at most a few seconds. */
  stop(): Promise<void>;
}
