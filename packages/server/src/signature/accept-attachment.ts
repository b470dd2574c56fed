import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { attachmentsFor, listForSigner } from './attachment-acceptance.ts';
import { hasOpenedAttachment, putAcceptance } from './attachment-store.ts';
import type { AcceptAttachmentRequest } from './contract/session.ts';
import { attachmentFile, requireAttachment } from './get-attachment.ts';
import { recordEvidence } from './record-evidence.ts';
import { loadTurn, type SessionContext, stepRefused } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { lockDocumentRow } from './store.ts';

/**
 * The bytes of an attachment that the signer gets. That they were handed out is evidence, once per signer and content.
 * Throws 404 `attachment_not_found`, 422 `signing_not_possible` before it is the signer's turn.
 */
export async function openAttachment(
  deps: SignatureDeps,
  context: SessionContext,
  attachmentId: string,
): Promise<OperationResult> {
  const { document, signer, state } = await loadTurn(deps, context.session, context.now);
  const attachment = requireAttachment(attachmentsFor(document, signer.id), attachmentId);
  if (state === 'waiting_for_attachments' || state === 'not_your_turn') throw stepRefused(state);
  if (state === 'sign' && !(await hasOpenedAttachment(deps.database, document.id, signer.id, attachment))) {
    await deps.database.transaction(async (tx) => {
      await lockDocumentRow(tx, document.id);
      // Of several requests for parts of the file at once, the first one counts.
      if (await hasOpenedAttachment(tx, document.id, signer.id, attachment)) return;
      await recordEvidence(deps, tx, document.id, {
        kind: 'attachment_opened',
        signerId: signer.id,
        caller: context,
        data: { attachmentId, contentSha256: attachment.contentSha256 },
      });
    });
  }
  return { status: 200, file: attachmentFile(deps, document, attachment) };
}

/**
 * The signer goes on from an attachment: the acceptance is bound to the bytes that were shown. Safe to repeat. Throws 404
 * `attachment_not_found`, 422 `signing_not_possible`, `document_changed`, `attachment_not_opened`, and 400 when one that
 * must be read was not said to be.
 */
export async function acceptAttachment(
  deps: SignatureDeps,
  context: SessionContext,
  input: { params: { attachmentId: string }; body: AcceptAttachmentRequest },
): Promise<OperationResult> {
  const { session, now } = context;
  const { contentSha256, readToEnd } = input.body;
  await deps.database.transaction(async (tx) => {
    await lockDocumentRow(tx, session.documentId);
    const { document, signer, state } = await loadTurn({ database: tx }, session, now);
    if (state !== 'sign') throw stepRefused(state);
    const shown = await listForSigner(tx, document, signer.id);
    const { id: attachmentId, type, ...attachment } = requireAttachment(shown, input.params.attachmentId);
    if (contentSha256 !== attachment.contentSha256) {
      throw new SeglError(422, 'document_changed', 'The attachment shown is not the present one. Open it again.');
    }
    if (type === 'read_accept' && !readToEnd) {
      throw validationFailed([{ field: 'readToEnd', code: 'required', message: 'Must be read to the end.' }]);
    }
    if (shown.some((one) => one.id === attachmentId && one.accepted)) return;
    if (!(await hasOpenedAttachment(tx, document.id, signer.id, { id: attachmentId, contentSha256 }))) {
      throw new SeglError(422, 'attachment_not_opened', 'The signer has not opened this attachment.');
    }
    await putAcceptance(tx, document, signer.id, { attachmentId, type, contentSha256, acceptedAt: now });
    await recordEvidence(deps, tx, document.id, {
      kind: 'attachment_accepted',
      signerId: signer.id,
      caller: context,
      data: { attachmentId, type, contentSha256 },
    });
  });
  return { status: 204 };
}
