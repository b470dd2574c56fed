import type { Queryable } from '../kernel/db/database.ts';
import { listDocumentsWithReceipts } from './notification-store.ts';
import { type MessageKind, recipientOf, type WantedChannel, wantedChannel } from './recipients.ts';
import { type DocumentRecord, findDocument } from './store.ts';

type ReceiptKind = Exclude<MessageKind, 'request' | 'reminder'>;

/** Somebody who is to hear what has become of a document. */
export interface DueReceipt {
  kind: ReceiptKind;
  accountId: string;
  environment: DocumentRecord['environment'];
  documentId: string;
  /** `undefined`: one of the further recipients of the final receipt, the one at `index`. */
  signerId: string | undefined;
  index?: number;
  channel: WantedChannel;
  email: string | undefined;
  /** E.164. */
  mobile: string | undefined;
}

/** What has happened to a document; `signerId` is whose doing it was, where it was a signer's. */
export interface DocumentChange {
  type: string;
  documentId: string;
  signerId: string | undefined;
}

const KINDS: Record<string, ReceiptKind> = {
  document_partially_signed: 'signatureReceipt',
  document_packaged: 'finalReceipt',
  document_canceled: 'canceled',
  document_expired: 'expired',
};

/** The receipts that these changes ask for; one query when none of the documents has any. */
export async function receiptsDue(db: Queryable, changes: readonly DocumentChange[]): Promise<DueReceipt[]> {
  const wanting = await listDocumentsWithReceipts(db, [...new Set(changes.map((change) => change.documentId))]);
  const due: DueReceipt[] = [];
  for (const documentId of wanting) {
    const document = await findDocument(db, documentId);
    if (!document) continue;
    for (const change of changes) if (change.documentId === documentId) due.push(...receiptsOf(document, change));
  }
  return due;
}

function receiptsOf(document: DocumentRecord, change: DocumentChange): DueReceipt[] {
  const kind = KINDS[change.type];
  if (!kind) return [];
  const signers = document.signers.flatMap((signer) => {
    const channel = wantedChannel(signer, kind);
    if (!channel || (kind === 'signatureReceipt' && signer.id !== change.signerId)) return [];
    return [{ kind, ...recipientOf(document, signer, channel) }];
  });
  return kind === 'finalReceipt' ? [...signers, ...furtherRecipients(document)] : signers;
}

function furtherRecipients(document: DocumentRecord): DueReceipt[] {
  const recipients = document.request.notification?.finalReceipt?.additionalRecipients ?? [];
  return recipients.map(({ email }, index) => ({
    kind: 'finalReceipt',
    accountId: document.accountId,
    environment: document.environment,
    documentId: document.id,
    signerId: undefined,
    index,
    channel: 'sendEmail',
    email,
    mobile: undefined,
  }));
}
