import type { Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { LANGUAGES } from './contract/signing-page.ts';
import type { DueSigner } from './signers-to-ask.ts';

/** A message of a document, or a try to send it that failed. */
export interface LoggedMessage {
  channel: 'email' | 'sms';
  status: 'PENDING' | 'SENT' | 'DELIVERED' | 'FAILED';
  at: Date;
  title: string | undefined;
  /** Without sign link. */
  text: string | undefined;
  sender: string | undefined;
  receiver: string;
}

/** What this capability asks of the one that sends messages; handed in by the composition. */
export interface Messages {
  /** All of a document, oldest first. */
  log(documentId: string): Promise<LoggedMessage[]>;
  /** When each signer of the document was last reminded because the account asked for it. */
  manualReminders(tx: Transaction, documentId: string): Promise<ReadonlyMap<string, Date>>;
  /** Has those told whose turn it is and who were not told yet, in the transaction that makes it their turn. */
  askSigners(tx: Transaction, documentId: string): Promise<void>;
  /** After a change of who is reminded of a document, or when. */
  followReminders(tx: Transaction, documentId: string): Promise<void>;
  /** Reminds because the account asked for it. Under the document's row lock. */
  remind(tx: Transaction, signers: readonly DueSigner[], now: Date): Promise<void>;
}

/** A code that proves that a mobile is at hand. */
export interface CodeMessage {
  id: string;
  accountId: string;
  accountName: string;
  environment: Environment;
  documentId: string;
  externalId: string;
  signerId: string;
  /** E.164. */
  mobile: string;
  language: (typeof LANGUAGES)[number];
  code: string;
}

/** How codes come to people; handed in by the composition. */
export interface CodeMessages {
  /** The code that everybody gets where messages are only captured, so that tests know it; `undefined` elsewhere. */
  fixedCode(environment: Environment): string | undefined;
  /** Returns when the SMS was taken over; throws when it was not. */
  send(message: CodeMessage): Promise<void>;
}
