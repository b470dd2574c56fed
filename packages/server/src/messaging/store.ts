import type { Database, Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { Channel } from './message-transport.ts';

export type MessageStatus = 'PENDING' | 'SENT' | 'DELIVERED' | 'FAILED';

export interface NewMessage {
  id: string;
  accountId: string;
  environment: Environment;
  documentId: string;
  signerId: string;
  kind: 'request';
  channel: Channel;
  receiver: string;
  createdAt: Date;
}

/** Leaves out those that the signer got before. Answers the ones that are new. */
export async function insertMessages(
  tx: Transaction,
  messages: readonly NewMessage[],
): Promise<{ id: string; documentId: string }[]> {
  if (messages.length === 0) return [];
  const { rows } = await tx.query<{ id: string; documentId: string }>(
    `insert into messages (document_id, id, account_id, environment, signer_id, kind, channel, receiver, created_at)
     select "documentId", id, "accountId", environment, "signerId", kind, channel, receiver, "createdAt"
       from jsonb_to_recordset($1::jsonb)
         as given (id uuid, "documentId" uuid, "accountId" uuid, environment text, "signerId" uuid, kind text,
                   channel text, receiver text, "createdAt" timestamptz)
     on conflict (document_id, signer_id, kind, channel) do nothing
     returning id, document_id as "documentId"`,
    [JSON.stringify(messages)],
  );
  return rows;
}

export interface PendingMessage {
  signerId: string;
  channel: Channel;
}

export async function findPendingMessage(
  db: Queryable,
  documentId: string,
  id: string,
): Promise<PendingMessage | undefined> {
  const { rows } = await db.query<PendingMessage>(
    `select signer_id as "signerId", channel from messages
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
  sentAt: Date | undefined;
}

/** What one try came to. Nothing happens to a message that is not pending any more. */
export async function recordSending(
  db: Database,
  documentId: string,
  id: string,
  record: SendingRecord,
): Promise<void> {
  await db.query(
    `update messages
        set status = $3, receiver = $4, sender = $5, title = $6, text = $7, content_sealed = $8, sent_at = $9
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
      record.sentAt ?? null,
    ],
  );
}

/** For a message that has become pointless before it was sent. */
export async function deletePendingMessage(db: Database, documentId: string, id: string): Promise<void> {
  await db.query(`delete from messages where document_id = $1 and id = $2 and status = 'PENDING'`, [documentId, id]);
}

export async function eraseMessagesOfDocuments(tx: Transaction, documentIds: readonly string[]): Promise<void> {
  await tx.query('delete from messages where document_id = any($1::uuid[])', [documentIds]);
}

export interface InboxEntry {
  id: string;
  documentId: string;
  signerId: string;
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

const ENTRY_COLUMNS = `id, document_id as "documentId", signer_id as "signerId", channel, status, receiver, title,
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
