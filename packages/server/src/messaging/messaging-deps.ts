import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Database, Queryable } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { Log } from '../kernel/log/log.ts';
import type { Meter } from '../kernel/metering/meter.ts';
import type { COLOR_THEMES, LANGUAGES } from '../signature/contract/signing-page.ts';
import type { Channel, MessageTransports, OutgoingAttachment } from './message-transport.ts';

export type Language = (typeof LANGUAGES)[number];
export type ColorTheme = (typeof COLOR_THEMES)[number];
/** How a signer wants to be told, as on the wire. */
export type WantedChannel = 'sendEmail' | 'sendSms' | 'sendBoth';

/** What somebody is told, by the names that the wire has for it. */
export const MESSAGE_KINDS = [
  'request',
  'reminder',
  'signatureReceipt',
  'finalReceipt',
  'canceled',
  'expired',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** Somebody who is to be told something, with where to. */
export interface Recipient {
  accountId: string;
  environment: Environment;
  documentId: string;
  /** `undefined`: one of the further recipients of the final receipt, the one at `index`. */
  signerId: string | undefined;
  index?: number;
  channel: WantedChannel;
  email: string | undefined;
  /** E.164. */
  mobile: string | undefined;
}

/** A signer whose turn it is, who has not signed, and who is to be told so. */
export interface SignerToAsk extends Recipient {
  signerId: string;
}

export interface Receipt extends Recipient {
  kind: Exclude<MessageKind, 'request' | 'reminder'>;
}

/** What has happened to a document of which people may be told. */
export interface DocumentChange {
  type: string;
  documentId: string;
  /** Whose doing it was, where it was a signer's. */
  signerId: string | undefined;
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

/** Which message is to be written. */
export interface WantedMessage {
  kind: MessageKind;
  signerId: string | undefined;
  /** Of further recipients of the final receipt. */
  index: number;
  channel: Channel;
}

/** Everything that a message says. */
export interface MessageContent {
  kind: MessageKind;
  accountId: string;
  environment: Environment;
  documentId: string;
  externalId: string;
  email: string | undefined;
  /** E.164. */
  mobile: string | undefined;
  language: Language;
  colorTheme: ColorTheme;
  /** As long as the channel has room for; `undefined` for those who have no link of their own. */
  signUrl: string | undefined;
  title: string;
  description: string | undefined;
  deadline: Date;
  accountName: string;
  contact: { name?: string | undefined; phone?: string | undefined; email: string; url?: string | undefined };
  /** The signature that a receipt is for; that of a final receipt is the last one. */
  signature: { signedAt: Date; fullName: string; methodName: string } | undefined;
  /** Goes with an e-mail. */
  attachment: OutgoingAttachment | undefined;
  /** The account's own texts. */
  texts: { email?: readonly EmailText[] | undefined; sms?: readonly SmsText[] | undefined };
  /** The account's own merge fields; keys with or without braces. */
  mergeFields: Readonly<Record<string, string>>;
}

/** Who is reminded of a document by schedule, as it is now. */
export interface ReminderPlan {
  documentId: string;
  accountId: string;
  environment: Environment;
  /** Quartz expression; `undefined`: nobody is to be reminded any more. */
  schedule: string | undefined;
  /** Per signer. */
  maxReminders: number;
  /** From then on nobody is reminded. */
  until: Date;
  /** Those who may sign now and have not. */
  signers: (SignerToAsk & { notBefore: Date })[];
}

/** What the capability stands on. */
export interface MessagingDeps {
  database: Database;
  accountTime: AccountTime;
  log: Pick<Log, 'warn' | 'error'>;
  /** Encrypts messages at rest, for they carry sign links. */
  box: SecretBox;
  publicUrl: string;
  /** Carry away what the production environment wants sent; what has no transport is captured. */
  transports?: MessageTransports | undefined;
  /** Whether they also carry what the test environment wants sent, which the inbox shows either way. */
  sendInTest?: boolean | undefined;
  /** Sender of e-mails; by default `no-reply` at the host of the public URL. */
  fromAddress?: string | undefined;
  /** Sender of SMS whose account names none: at most 11 letters and digits, or a number. */
  smsSender?: string | undefined;
  /** The one that the account has chosen. */
  accountSmsSender?(accountId: string): Promise<string | undefined>;
  /** Reads on `db`, which may be a transaction. Documents of which nobody is to be told cost next to nothing. */
  signersToAsk(db: Queryable, documentIds: readonly string[]): Promise<SignerToAsk[]>;
  /** The same for receipts and for the end of documents, whoever had a request or not. */
  receiptsDue(db: Queryable, changes: readonly DocumentChange[]): Promise<Receipt[]>;
  /** Of those of the documents that have a schedule, as they are now. */
  reminderPlans(db: Queryable, documentIds: readonly string[]): Promise<ReminderPlan[]>;
  /** As it is now; `undefined` when there is nothing to tell any more. */
  messageContent(documentId: string, wanted: WantedMessage): Promise<MessageContent | undefined>;
  /** E-mail addresses of those who care for an account. */
  accountContacts(db: Queryable, accountId: string): Promise<string[]>;
  /** Counts what is charged. */
  meter: Meter;
  /** Serves the page with what was captured in the test environment; absent: there is no such page. */
  inbox?: InboxDeps | undefined;
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
  language: Language;
  code: string;
}

export interface InboxDeps {
  /** Whether these are the credentials of the first test client. */
  checkBasic(clientId: string, secret: string): Promise<boolean>;
}
