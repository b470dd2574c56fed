import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import type { NotificationLogItem } from './contract/notifications.ts';
import { requireDocument } from './get-document.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** What the people of a document were told, and what could not be told them, oldest first. */
export async function listNotifications(
  deps: Pick<SignatureDeps, 'database' | 'messages'>,
  context: OperationContext,
  documentId: string,
): Promise<OperationResult> {
  await requireDocument(deps, context, documentId);
  const body: NotificationLogItem[] = (await deps.messages.log(documentId)).map((message) => ({
    sentTimeStamp: message.at.toISOString(),
    title: message.title,
    text: message.text,
    messageType: message.channel === 'email' ? 'EMAIL' : 'SMS',
    status: message.status,
    fromAddress: message.sender,
    receiver: message.receiver,
  }));
  return { status: 200, body };
}
