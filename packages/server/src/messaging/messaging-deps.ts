import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Database, Queryable } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { Log } from '../kernel/log/log.ts';
import type { COLOR_THEMES, LANGUAGES } from '../signature/contract/signing-page.ts';
import type { MessageTransport } from './message-transport.ts';

export type Language = (typeof LANGUAGES)[number];
export type ColorTheme = (typeof COLOR_THEMES)[number];
/** How a signer wants to be told, as on the wire. */
export type WantedChannel = 'sendEmail' | 'sendSms' | 'sendBoth';

/** A signer whose turn it is, who has not signed, and who is to be told so. */
export interface SignerToAsk {
  accountId: string;
  environment: Environment;
  documentId: string;
  signerId: string;
  channel: WantedChannel;
  email: string | undefined;
  /** E.164. */
  mobile: string | undefined;
}

export interface EmailText {
  language: Language;
  subject?: string | undefined;
  text?: string | undefined;
  senderName?: string | undefined;
}

export interface SmsText {
  language: Language;
  text?: string | undefined;
  sender?: string | undefined;
}

/** Everything that a request to one signer says. */
export interface SigningRequest extends SignerToAsk {
  language: Language;
  colorTheme: ColorTheme;
  signUrl: string;
  title: string;
  description: string | undefined;
  deadline: Date;
  accountName: string;
  contact: { name?: string | undefined; phone?: string | undefined; email: string; url?: string | undefined };
  /** The account's own texts. */
  texts: { email?: readonly EmailText[] | undefined; sms?: readonly SmsText[] | undefined };
  /** The account's own merge fields; keys with or without braces. */
  mergeFields: Readonly<Record<string, string>>;
}

/** What the capability stands on. */
export interface MessagingDeps {
  database: Database;
  accountTime: AccountTime;
  log: Pick<Log, 'warn'>;
  /** Encrypts messages at rest, for they carry sign links. */
  box: SecretBox;
  publicUrl: string;
  /** Sends what the production environment wants sent; absent: it is captured. */
  gateway?: MessageTransport | undefined;
  /** Reads on `db`, which may be a transaction. Documents of which nobody is to be told cost next to nothing. */
  signersToAsk(db: Queryable, documentIds: readonly string[]): Promise<SignerToAsk[]>;
  /** The document's open requests as they are now; empty when there is no such document. */
  signingRequests(documentId: string): Promise<SigningRequest[]>;
  /** Serves the page with what was captured in the test environment; absent: there is no such page. */
  inbox?: InboxDeps | undefined;
}

export interface InboxDeps {
  /** Whether these are the credentials of the first test client. */
  checkBasic(clientId: string, secret: string): Promise<boolean>;
}
