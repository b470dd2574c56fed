import type { Queryable } from '../kernel/db/database.ts';
import type { Channel } from './message-transport.ts';
import { listMessages, type MessageStatus } from './store.ts';

/** A message, or a try to send it that failed. */
export interface LoggedMessage {
  channel: Channel;
  status: MessageStatus;
  /** When it was sent or tried; while it waits, when it was queued. */
  at: Date;
  title: string | undefined;
  text: string | undefined;
  sender: string | undefined;
  receiver: string;
}

/** All messages of a document and all tries, oldest first. */
export async function messageLog(db: Queryable, documentId: string): Promise<LoggedMessage[]> {
  const entries = (await listMessages(db, documentId)).flatMap((row): LoggedMessage[] => {
    const { channel, status, receiver } = row;
    const about = {
      channel,
      title: row.title ?? undefined,
      text: row.text ?? undefined,
      sender: row.sender ?? undefined,
      receiver,
    };
    const tries = row.failedAt.map((at): LoggedMessage => ({ ...about, status: 'FAILED', at }));
    // The last try of a message that failed for good is its state.
    return status === 'FAILED' ? tries : [...tries, { ...about, status, at: row.sentAt ?? row.createdAt }];
  });
  return entries.sort((a, b) => a.at.getTime() - b.at.getTime());
}
