import type { Transaction } from '../db/database.ts';

export type Environment = 'test' | 'prod';

export interface NewEvent {
  accountId: string;
  environment: Environment;
  /** Past tense, wire name: `document_signed`. */
  type: string;
  documentId?: string;
  payload: Record<string, unknown>;
  tags: string[];
}

export interface EventRecord extends NewEvent {
  id: string;
  occurredAt: Date;
}

export interface Events {
  /** Writes the event and its outbox row in the caller's transaction. Timestamps strictly increase per document. */
  append(tx: Transaction, event: NewEvent): Promise<EventRecord>;
  /** Leaves nothing in the payloads of a document's events but ids of document and signers, own and external. */
  cutToIds(tx: Transaction, documentId: string): Promise<void>;
  /**
   * `handle` gets committed events, in order per document, at least once and in a transaction of its own that also
   * removes them from the outbox: do only database work and `jobs.send(…, { tx })` in it. When it throws, its events
   * are tried again later, document by document, without holding up other subscribers or documents.
   */
  subscribe(name: string, types: readonly string[] | '*', handle: EventHandler): void;
  /** Calls `listener` soon after events were committed, here or in another process. A hint: calls can get lost. */
  onAppended(listener: () => void): () => void;
  /** Call it after committing a statement that used the SQL function `append_event` without `append`. */
  wake(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type EventHandler = (events: EventRecord[], tx: Transaction) => Promise<void>;
