import type { AttachmentRecord } from './attachment-store.ts';
import type { FileType } from './contract/lists.ts';
import { contentFileName } from './document-format.ts';
import type { DocumentRecord, NativeRecord, Presentation, SignatureRecord } from './store.ts';

/** A file that is signed: the document itself, or an attachment that is signed along with it. */
export interface SignedContent {
  /** Absent for the document itself. */
  attachmentId: string | undefined;
  title: string;
  /** Of the bytes that are signed: `lease.pdf` where `lease.docx` was converted. */
  fileName: string;
  format: FileType;
  contentSha256: string;
  pageCount: number | undefined;
  /** The style sheet that is signed with it, and what signers are shown. */
  presentation: Presentation | undefined;
  /** Of those who have signed it, in order of signing: native and digest are of this file. */
  signatures: SignatureRecord[];
}

export function mainContent(document: DocumentRecord): SignedContent {
  return {
    attachmentId: undefined,
    title: document.request.title,
    fileName: contentFileName(document.request.dataToSign.fileName, document.format),
    format: document.format,
    contentSha256: document.contentSha256,
    pageCount: document.pageCount,
    presentation: document.presentation,
    signatures: document.signatures,
  };
}

/**
 * What a login signs besides the document's own bytes, in this order: the style sheet through which an XML document is
 * shown, and then the attachments that are signed along.
 */
export function signedAlong(
  { presentation }: Pick<DocumentRecord, 'presentation'>,
  attachments: readonly { contentSha256: string }[],
): { attachmentSha256?: string[] } {
  const styleSheet = presentation?.styleSheet ? [presentation.styleSheet.sha256] : [];
  const digests = [...styleSheet, ...attachments.map((one) => one.contentSha256)];
  return digests.length > 0 ? { attachmentSha256: digests } : {};
}

export function attachmentContent(
  document: Pick<DocumentRecord, 'signatures'>,
  attachment: AttachmentRecord,
): SignedContent {
  return {
    attachmentId: attachment.id,
    title: attachment.title,
    fileName: contentFileName(attachment.fileName, 'pdf'),
    format: 'pdf',
    contentSha256: attachment.contentSha256,
    pageCount: attachment.pageCount,
    presentation: undefined,
    signatures: document.signatures.flatMap((signature) => {
      const own = attachment.signatures.find((one) => one.signerId === signature.signerId);
      return own ? [{ ...signature, native: own.native, documentSha256: own.contentSha256 }] : [];
    }),
  };
}

/** Member of the binding of sealed evidence that was sealed while no time-stamp was to be had. */
export const AWAITS_TIME_STAMP = { awaitsTimeStamp: true };

export function awaitsTimeStamp({ binding }: Pick<NativeRecord, 'binding'>): boolean {
  return binding.awaitsTimeStamp === true;
}
