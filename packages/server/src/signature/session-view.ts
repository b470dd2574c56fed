import { listForSigner } from './attachment-acceptance.ts';
import type { SessionView } from './contract/session.ts';
import { contentFileName } from './document-format.ts';
import { usableMethods } from './document-request.ts';
import { type SignerState, signerStateDuringEid } from './document-status.ts';
import { redirectUrl } from './redirect-token.ts';
import { loadTurn, sessionLife, stateOf } from './session-context.ts';
import { findOpenAttempt, type SigningSession } from './session-store.ts';
import { methodOffer, requireEid, type SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/** What the signing app shows for this session now. */
export async function sessionView(deps: SignatureDeps, session: SigningSession, now: Date): Promise<SessionView> {
  const { document, signer, state: stateNow } = await loadTurn(deps, session, now);
  const [accountName, attempt, attachments] = await Promise.all([
    deps.accountName(document.accountId),
    findOpenAttempt(deps.database, session.id),
    listForSigner(deps.database, document, signer.id),
  ]);
  const state = attempt
    ? signerStateDuringEid(stateOf(document), signer.id, { now, startedAt: attempt.createdAt })
    : stateNow;
  const request = document.request;
  const settings = signer.request.redirectSettings;
  const styling = signer.request.ui?.styling;
  const signature = document.signatures.find((one) => one.signerId === signer.id);
  const names = [signer.request.signerInfo?.firstName, signer.request.signerInfo?.lastName].filter(Boolean);
  return {
    life: sessionLife(session, deps.clock.now()),
    documentId: document.id,
    state,
    document: {
      title: request.dataToSign.title ?? request.title,
      description: request.dataToSign.description ?? request.description,
      format: document.format,
      fileName: contentFileName(request.dataToSign.fileName, document.format),
      display: document.presentation && { reduced: document.presentation.reduced },
      sizeBytes: document.contentSizeBytes,
      sha256: document.contentSha256,
      pageCount: document.pageCount,
    },
    attachments: attachments.map((attachment) => ({
      id: attachment.id,
      title: attachment.title,
      description: attachment.description,
      fileName: contentFileName(attachment.fileName, 'pdf'),
      type: attachment.type,
      sizeBytes: attachment.contentSizeBytes,
      sha256: attachment.contentSha256,
      pageCount: attachment.pageCount,
      accepted: attachment.accepted,
    })),
    account: { name: accountName },
    contact: request.contactDetails,
    signer: {
      firstName: signer.request.signerInfo?.firstName,
      fullName: names.length > 0 ? names.join(' ') : undefined,
    },
    language: signer.request.ui?.language ?? 'EN',
    environment: document.environment,
    theme: {
      colorTheme: styling?.colorTheme ?? 'Default',
      themeMode: styling?.themeMode ?? 'Default',
      spinner: styling?.spinner ?? 'Document',
      hideTopBar: styling?.hideTopBar ?? false,
      backgroundColor: styling?.backgroundColor,
    },
    mechanism: signer.request.signatureType.mechanism,
    methods: usableMethods(signer.request, methodOffer(deps, document.environment), document.format).map((method) => {
      const provider = requireEid(deps, method, document.environment);
      return { method, name: provider.displayName, countryCode: provider.countryCode };
    }),
    redirect: {
      mode: settings.redirectMode,
      success: settings.success,
      cancel: settings.cancel,
      error: (await stoppedUrl(deps, document, signer, state)) ?? settings.error,
    },
    signature: signature && {
      fullName: signature.fullName,
      method: signature.method,
      methodName: deps.eids.get(signature.method, document.environment)?.displayName ?? signature.method,
      signedTime: signature.signedAt.toISOString(),
    },
    remainingSigners: Math.max(0, document.requiredSignatures - document.signatures.length),
    canDownload: true,
    attempt:
      attempt && (attempt.status === 'started' || attempt.status === 'returned')
        ? { attemptId: attempt.id, method: attempt.method, state: attempt.status }
        : undefined,
  };
}

/** Where those go who come too late; what else stops a signer may pass, so it sends nobody away. */
const STOP_ERRORS: Partial<Record<SignerState, { errorCode: string; errorMessage: string }>> = {
  expired: { errorCode: 'document_expired', errorMessage: 'The deadline has passed.' },
  canceled: { errorCode: 'document_canceled', errorMessage: 'The sender has cancelled the document.' },
};

async function stoppedUrl(
  deps: SignatureDeps,
  document: DocumentRecord,
  signer: SignerRecord,
  state: SignerState,
): Promise<string | undefined> {
  const error = STOP_ERRORS[state];
  return error && redirectUrl(deps, document, signer, { result: 'failed', error });
}
