import type { Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { type AttachmentAcceptance, type AttachmentRecord, listAcceptances } from './attachment-store.ts';
import type { FileType } from './contract/lists.ts';
import type { DocumentRecord } from './store.ts';

/** Those that the signer gets, in the order in which they are shown. */
export function attachmentsFor(document: Pick<DocumentRecord, 'attachments'>, signerId: string): AttachmentRecord[] {
  return document.attachments.filter((attachment) => isFor(attachment, signerId));
}

export function isFor({ signerIds }: Pick<AttachmentRecord, 'signerIds'>, signerId: string): boolean {
  return signerIds === undefined || signerIds.includes(signerId);
}

/** The signer's attachments, and whether each is accepted as it is now: other bytes or another type need another yes. */
export async function listForSigner(
  db: Queryable,
  document: Pick<DocumentRecord, 'id' | 'attachments'>,
  signerId: string,
): Promise<(AttachmentRecord & { accepted: boolean })[]> {
  const attachments = attachmentsFor(document, signerId);
  if (attachments.length === 0) return [];
  const acceptances = await listAcceptances(db, document.id, signerId);
  return attachments.map((attachment) => ({
    ...attachment,
    accepted: acceptances.some((acceptance) => holdsFor(acceptance, attachment)),
  }));
}

function holdsFor(acceptance: AttachmentAcceptance, attachment: AttachmentRecord): boolean {
  return (
    acceptance.attachmentId === attachment.id &&
    acceptance.contentSha256 === attachment.contentSha256 &&
    acceptance.type === attachment.type
  );
}

/** What stands in the way of a signature, if anything. */
export async function missingAcceptance(
  db: Queryable,
  document: Pick<DocumentRecord, 'id' | 'attachments'>,
  signerId: string,
): Promise<'attachments_not_accepted' | undefined> {
  const attachments = await listForSigner(db, document, signerId);
  return attachments.every((one) => one.accepted) ? undefined : 'attachments_not_accepted';
}

/** Throws 422 `attachments_not_accepted`. */
export async function requireAcceptedAttachments(
  db: Queryable,
  document: Pick<DocumentRecord, 'id' | 'attachments'>,
  signerId: string,
): Promise<void> {
  if (!(await missingAcceptance(db, document, signerId))) return;
  throw attachmentsNotAccepted();
}

export function attachmentsNotAccepted(): SeglError {
  return new SeglError(422, 'attachments_not_accepted', 'The signer has not accepted every attachment yet.');
}

/** What the signer signs along with the document, in the order in which it is shown. */
export interface AttachmentToSign {
  id: string;
  contentSha256: string;
}

export function attachmentsToSign(document: Pick<DocumentRecord, 'attachments'>, signerId: string): AttachmentToSign[] {
  const signed = attachmentsFor(document, signerId).filter((one) => one.type === 'sign');
  return signed.map(({ id, contentSha256 }) => ({ id, contentSha256 }));
}

/** The formats of all that the signer signs at once; whoever is not yet a signer gets what is for everybody. */
export function formatsToSign(
  document: Pick<DocumentRecord, 'attachments' | 'format'>,
  signerId: string,
): readonly FileType[] {
  return attachmentsToSign(document, signerId).length > 0
    ? [...new Set([document.format, 'pdf' as const])]
    : [document.format];
}

/** For the evidence of a signature: which bytes the signer had accepted beside the document. */
export function acceptedAttachments(
  document: Pick<DocumentRecord, 'attachments'>,
  signerId: string,
): { attachments?: { id: string; contentSha256: string }[] } {
  const accepted = attachmentsFor(document, signerId).map(({ id, contentSha256 }) => ({ id, contentSha256 }));
  return accepted.length > 0 ? { attachments: accepted } : {};
}
