import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Database, Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { Channel } from './message-transport.ts';
import type { MessageKind } from './messaging-deps.ts';

export type MessageStatus = 'PENDING' | 'SENT' | 'DELIVERED' | 'FAILED';

export interface NewMessage {
  id: string;
  accountId: string;
  environment: Environment;
  documentId: string;
  signerId: string | undefined;
  kind: MessageKind;
  sequence: number;
  manual: boolean;
  channel: Channel;
  receiver: string;
  createdAt: Date;
}

/** Leaves out those that the recipient got before. Answers the ones that are new. */
export async function insertMessages(
  tx: Transaction,
  messages: readonly NewMessage[],
): Promise<{ id: string; documentId: string }[]> {
  if (messages.length === 0) return [];
  const { rows } = await tx.query<{ id: string; documentId: string }>(
    `insert into messages (document_id, id, account_id, environment, signer_id, kind, sequence, manual, channel, receiver,
                           created_at)
     select "documentId", id, "accountId", environment, "signerId", kind, sequence, manual, channel, receiver, "createdAt"
       from jsonb_to_recordset($1::jsonb)
         as given (id uuid, "documentId" uuid, "accountId" uuid, environment text, "signerId" uuid, kind text,
                   sequence integer, manual boolean, channel text, receiver text, "createdAt" timestamptz)
     on conflict (document_id, signer_id, kind, sequence, channel) do nothing
     returning id, document_id as "documentId"`,
    [JSON.stringify(messages)],
  );
  return rows;
}

/** Signers of the documents who were asked to sign, or reminded. */
export async function listAskedSigners(db: Queryable, documentIds: readonly string[]): Promise<Set<string>> {
  if (documentIds.length === 0) return new Set();
  const { rows } = await db.query<{ id: string }>(
    `select distinct signer_id as id from messages
      where document_id = any($1::uuid[]) and kind in ('request', 'reminder') and status in ('SENT', 'DELIVERED')`,
    [documentIds],
  );
  return new Set(rows.map((row) => row.id));
}

/** An e-mail to a contact of an account. */
export interface NewNotice {
  id: string;
  accountId: string;
  environment: Environment;
  receiver: string;
  sender: string;
  title: string;
  text: string;
  contentSealed: Buffer;
  createdAt: Date;
}

export async function insertNotice(tx: Transaction, notice: NewNotice): Promise<void> {
  const { id, accountId, environment, receiver, sender, title, text, contentSealed, createdAt } = notice;
  await tx.query(
    `insert into messages (document_id, id, account_id, environment, kind, channel, receiver, sender, title, text,
                           content_sealed, created_at)
     values ($1, $1, $2, $3, 'accountNotice', 'email', $4, $5, $6, $7, $8, $9)`,
    [id, accountId, environment, receiver, sender, title, text, contentSealed, createdAt],
  );
}

export interface PendingMessage {
  accountId: string;
  environment: Environment;
  signerId: string | null;
  kind: MessageKind | 'accountNotice';
  /** Present when it was written already. */
  contentSealed: Buffer | null;
  sequence: number;
  channel: Channel;
}

export async function findPendingMessage(
  db: Queryable,
  documentId: string,
  id: string,
): Promise<PendingMessage | undefined> {
  const { rows } = await db.query<PendingMessage>(
    `select account_id as "accountId", environment, signer_id as "signerId", kind, sequence, channel,
            content_sealed as "contentSealed"
       from messages
      where document_id = $1 and id = $2 and status = 'PENDING'`,
    [documentId, id],
  );
  return rows[0];
}

export interface SendingRecord {
  status: 'PENDING' | 'SENT' | 'FAILED';
  receiver: string;
  sender: string;
  title: string | undefined;
  text: string;
  contentSealed: Buffer;
  /** When it was handed over, or could not be. */
  at: Date;
}

/** What one try came to. Nothing happens to a message that is not pending any more. */
/** Whether it was still pending. */
export async function recordSending(
  db: Queryable,
  documentId: string,
  id: string,
  record: SendingRecord,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update messages
        set status = $3, receiver = $4, sender = $5, title = $6, text = $7, content_sealed = $8,
            sent_at = case when $3 = 'SENT' then $9::timestamptz end,
            failed_at = case when $3 = 'SENT' then failed_at else failed_at || $9::timestamptz end
      where document_id = $1 and id = $2 and status = 'PENDING'`,
    [
      documentId,
      id,
      record.status,
      record.receiver,
      record.sender,
      record.title ?? null,
      record.text,
      record.contentSealed,
      record.at,
    ],
  );
  return rowCount > 0;
}

/**
 * What the gateway says became of an SMS that it had taken. The first word on it stays. `pending`: it is not known yet that it
 * was taken.
 */
export async function reportDelivery(
  { database, accountTime }: { database: Database; accountTime: AccountTime },
  { documentId, messageId }: { documentId: string; messageId: string },
  outcome: 'DELIVERED' | 'FAILED',
): Promise<'recorded' | 'pending' | 'nothing_new'> {
  const { rows } = await database.query<{ status: MessageStatus; accountId: string; environment: Environment }>(
    `select status, account_id as "accountId", environment from messages
      where document_id = $1 and id = $2 and channel = 'sms'`,
    [documentId, messageId],
  );
  const [message] = rows;
  if (message?.status === 'PENDING') return 'pending';
  if (message?.status !== 'SENT') return 'nothing_new';
  await database.query(
    `update messages set status = $3, failed_at = case when $3 = 'FAILED' then failed_at || $4::timestamptz else failed_at end
      where document_id = $1 and id = $2 and status = 'SENT'`,
    [documentId, messageId, outcome, accountTime.now(message.accountId, message.environment)],
  );
  return 'recorded';
}

/** An SMS with a code, which was sent at once. */
export async function insertSentCode(
  tx: Transaction,
  message: {
    id: string;
    accountId: string;
    environment: Environment;
    documentId: string;
    signerId: string;
    receiver: string;
    sender: string;
    text: string;
    contentSealed: Buffer | undefined;
    at: Date;
  },
): Promise<void> {
  await tx.query(
    `insert into messages (document_id, id, account_id, environment, signer_id, kind, sequence, channel, status, receiver,
                           sender, text, content_sealed, created_at, sent_at)
     values ($1, $2, $3, $4, $5, 'oneTimeCode',
             -- Random, so that two of the same signer at once do not take the same number.
             floor(random() * 2147483647)::integer, 'sms', 'SENT', $6, $7, $8, $9, $10, $10)`,
    [
      message.documentId,
      message.id,
      message.accountId,
      message.environment,
      message.signerId,
      message.receiver,
      message.sender,
      message.text,
      message.contentSealed ?? null,
      message.at,
    ],
  );
}

/** For a message that has become pointless before it was sent. */
export async function deletePendingMessage(db: Database, documentId: string, id: string): Promise<void> {
  await db.query(`delete from messages where document_id = $1 and id = $2 and status = 'PENDING'`, [documentId, id]);
}

export interface MessageRow {
  channel: Channel;
  status: MessageStatus;
  receiver: string;
  sender: string | null;
  title: string | null;
  text: string | null;
  createdAt: Date;
  sentAt: Date | null;
  failedAt: Date[];
}

export async function listMessages(db: Queryable, documentId: string): Promise<MessageRow[]> {
  const { rows } = await db.query<MessageRow>(
    `select channel, status, receiver, sender, title, text, created_at as "createdAt", sent_at as "sentAt",
            failed_at as "failedAt"
       from messages where document_id = $1 order by id`,
    [documentId],
  );
  return rows;
}

/** When each signer was last reminded because the account asked for it. */
export async function listManualReminders(tx: Transaction, documentId: string): Promise<Map<string, Date>> {
  const { rows } = await tx.query<{ signerId: string; at: Date }>(
    `select signer_id as "signerId", max(created_at) as at from messages
      where document_id = $1 and kind = 'reminder' and manual group by signer_id`,
    [documentId],
  );
  return new Map(rows.map((row) => [row.signerId, row.at]));
}

/** How many scheduled reminders each signer has got, and the numbers that are taken. */
export async function listReminderNumbers(
  tx: Transaction,
  documentId: string,
): Promise<Map<string, { scheduled: number; first: number; last: number }>> {
  const { rows } = await tx.query<{ signerId: string; scheduled: number; first: number; last: number }>(
    `select signer_id as "signerId", (count(distinct sequence) filter (where not manual))::integer as scheduled,
            min(sequence) as first, max(sequence) as last
       from messages where document_id = $1 and kind = 'reminder' group by signer_id`,
    [documentId],
  );
  return new Map(rows.map(({ signerId, ...numbers }) => [signerId, numbers]));
}

export async function eraseMessagesOfDocuments(tx: Transaction, documentIds: readonly string[]): Promise<void> {
  await tx.query('delete from messages where document_id = any($1::uuid[])', [documentIds]);
}

export interface InboxEntry {
  id: string;
  kind: MessageKind | 'accountNotice';
  documentId: string;
  signerId: string | null;
  channel: Channel;
  status: MessageStatus;
  receiver: string;
  title: string | null;
  text: string | null;
  createdAt: Date;
}

export interface InboxMessage extends InboxEntry {
  contentSealed: Buffer | null;
}

const ENTRY_COLUMNS = `id, kind, document_id as "documentId", signer_id as "signerId", channel, status, receiver, title,
  text, created_at as "createdAt"`;

/** Messages of the test environment, newest first, older than `before`. */
export async function listInbox(db: Queryable, before: string | undefined, limit: number): Promise<InboxEntry[]> {
  const { rows } = await db.query<InboxEntry>(
    `select ${ENTRY_COLUMNS} from messages
      where environment = 'test' ${before === undefined ? '' : 'and id < $2'} order by id desc limit $1`,
    before === undefined ? [limit] : [limit, before],
  );
  return rows;
}

export async function findInboxMessage(db: Queryable, id: string): Promise<InboxMessage | undefined> {
  const { rows } = await db.query<InboxMessage>(
    `select ${ENTRY_COLUMNS}, content_sealed as "contentSealed" from messages where environment = 'test' and id = $1`,
    [id],
  );
  return rows[0];
}
