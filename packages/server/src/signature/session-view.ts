import { findEidAttempt, requireEid } from '../eid/index.ts';
import { hasDialogBefore } from './access-rules.ts';
import { listForSigner } from './attachment-acceptance.ts';
import { findOpenAttempt } from './attempt-store.ts';
import { findSentCode } from './code-store.ts';
import { RECEIPT_PATH, type SessionView } from './contract/session.ts';
import { contentFileName } from './document-format.ts';
import { type SignerState, signerStateDuringEid } from './document-status.ts';
import { missingProofs, sealingSince, validLogin } from './identity-proof.ts';
import { methodsFor } from './methods-for.ts';
import { CODE_RESEND_MS, CODE_SENDS_PER_SESSION, maskedNumber } from './one-time-code.ts';
import { wantedChannel } from './recipients.ts';
import { RECEIPT_EXTENSION, signedFileName } from './record-package.ts';
import { redirectUrl } from './redirect-token.ts';
import { loadTurn, type SessionContext, sessionExpired, sessionLife, stateOf } from './session-context.ts';
import { hasAcceptedDialog } from './session-gate.ts';
import { findSession, type SigningSession } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signatureName, signingSteps } from './signature-methods.ts';
import { mainContent } from './signed-content.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/** The same for a session that a request has just changed. */
export async function currentView(deps: SignatureDeps, { session }: SessionContext): Promise<SessionView> {
  const changed = await findSession(deps.database, session.id);
  if (!changed) throw sessionExpired();
  return sessionView(deps, changed, deps.accountTime.now(session.accountId, session.environment));
}

/** What the signing app shows for this session now; nothing of the document before the person is known. */
export async function sessionView(deps: SignatureDeps, session: SigningSession, now: Date): Promise<SessionView> {
  const { document, signer, state: stateNow } = await loadTurn(deps, session, now);
  const [profile, settings, attempt] = await Promise.all([
    deps.accountProfile(document.accountId),
    deps.signingSettings(document.accountId),
    openAttempt(deps, session.id),
  ]);
  const startedAt = attempt?.createdAt ?? sealingSince(deps, session, signer);
  const state = startedAt ? signerStateDuringEid(stateOf(document), signer.id, { now, startedAt }) : stateNow;
  const { redirectMode, success, cancel, error } = signer.request.redirectSettings;
  const styling = signer.request.ui?.styling;
  const authentication = await pendingAuthentication(deps, session, document, signer);
  return {
    life: sessionLife(session, deps.clock.now()),
    documentId: document.id,
    state,
    authentication,
    account: { name: profile.name, logoUrl: profile.logoUrl, cssUrl: profile.cssUrl },
    contact: document.request.contactDetails,
    language: signer.request.ui?.language ?? 'EN',
    environment: document.environment,
    turnIsTold: wantedChannel(signer, 'request') !== undefined,
    theme: {
      colorTheme: styling?.colorTheme ?? 'Default',
      themeMode: styling?.themeMode ?? 'Default',
      spinner: styling?.spinner ?? 'Document',
      hideTopBar: styling?.hideTopBar ?? false,
      backgroundColor: styling?.backgroundColor,
    },
    mechanism: signer.request.signatureType.mechanism,
    redirect: {
      mode: redirectMode,
      success,
      cancel,
      error: (await stoppedUrl(deps, document, signer, state)) ?? error,
    },
    attempt: attempt && {
      attemptId: attempt.id,
      purpose: attempt.purpose,
      method: attempt.method,
      state: attempt.state,
    },
    successWaitSeconds: settings.successAction === 'none' ? 0 : settings.successWaitSeconds,
    cancelReason:
      state === 'canceled' && settings.showsCancelReason && !authentication ? document.cancelReason : undefined,
    ...(authentication ? NOTHING_OF_THE_DOCUMENT : await documentFacts(deps, session, document, signer)),
  };
}

/** The attempt that the person is still in. */
async function openAttempt(deps: SignatureDeps, sessionId: string) {
  const attempt = await findOpenAttempt(deps.database, sessionId);
  const state = attempt && (await findEidAttempt(deps.database, attempt.id))?.status;
  return attempt && (state === 'started' || state === 'returned') ? { ...attempt, state } : undefined;
}

type DocumentFacts = Pick<
  SessionView,
  | 'document'
  | 'attachments'
  | 'signer'
  | 'dialogs'
  | 'signStep'
  | 'identity'
  | 'methods'
  | 'signature'
  | 'remainingSigners'
  | 'canDownload'
>;

const NOTHING_OF_THE_DOCUMENT: DocumentFacts = {
  attachments: [],
  signer: {},
  signStep: 'eid',
  methods: [],
  remainingSigners: 0,
  canDownload: false,
};

async function documentFacts(
  deps: SignatureDeps,
  session: SigningSession,
  document: DocumentRecord,
  signer: SignerRecord,
): Promise<DocumentFacts> {
  const { request } = document;
  const { firstName, lastName } = signer.request.signerInfo ?? {};
  const names = [firstName, lastName].filter(Boolean);
  const signature = document.signatures.find((one) => one.signerId === signer.id);
  const attachments = await listForSigner(deps.database, document, signer.id);
  return {
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
    signer: { firstName, lastName, fullName: names.length > 0 ? names.join(' ') : undefined },
    dialogs: dialogsOf(session, signer),
    ...nextStep(deps, session, document, signer),
    methods: offeredMethods(deps, document, signer),
    signature: signature && {
      fullName: signature.fullName,
      method: signature.method,
      methodName: signatureName(deps.eids.get(signature.method, document.environment)?.displayName, signature),
      mechanism: signature.mechanism,
      signedTime: signature.signedAt.toISOString(),
      receipt: { fileName: signedFileName(mainContent(document).fileName, RECEIPT_EXTENSION), url: RECEIPT_PATH },
    },
    remainingSigners: Math.max(0, document.requiredSignatures - document.signatures.length),
    canDownload: true,
  };
}

async function pendingAuthentication(
  deps: SignatureDeps,
  session: SigningSession,
  document: DocumentRecord,
  signer: SignerRecord,
): Promise<SessionView['authentication']> {
  const missing = missingProofs(deps, session, signer);
  if (!missing.eid && !missing.code) return undefined;
  if (missing.eid) return { step: 'eid', methods: offeredMethods(deps, document, signer) };
  const sent = await findSentCode(deps.database, session.id);
  return {
    step: 'code',
    methods: [],
    maskedNumber: maskedNumber(signer.request.signerInfo?.mobile ?? {}),
    code: sent && {
      sentAt: sent.sentAt.toISOString(),
      expiresAt: sent.expiresAt.toISOString(),
      resendAt: new Date(sent.sentAt.getTime() + CODE_RESEND_MS).toISOString(),
      triesLeft: sent.triesLeft,
      sendsLeft: Math.max(0, CODE_SENDS_PER_SESSION - sent.sends),
    },
  };
}

function offeredMethods(deps: SignatureDeps, document: DocumentRecord, signer: SignerRecord): SessionView['methods'] {
  return methodsFor(deps, document, signer).map((method) => {
    const provider = requireEid(deps, method, document.environment);
    return { method, name: provider.displayName, countryCode: provider.countryCode };
  });
}

/** Nobody who has logged in must do so again for a signature that is sealed here. */
function nextStep(
  deps: SignatureDeps,
  session: SigningSession,
  document: DocumentRecord,
  signer: SignerRecord,
): Pick<SessionView, 'signStep' | 'identity'> {
  const steps = signingSteps(signer.request.signatureType);
  if (!steps.eid) return { signStep: 'handwriting' };
  const login = steps.native ? undefined : validLogin(deps, session, signer);
  if (!login) return { signStep: 'eid' };
  const { fullName, firstName, lastName } = login.person;
  const methodName = deps.eids.get(login.method, document.environment)?.displayName ?? login.method;
  return {
    signStep: steps.handwriting ? 'handwriting' : 'accept',
    identity: { fullName, firstName, lastName, method: login.method, methodName },
  };
}

function dialogsOf(session: SigningSession, signer: SignerRecord): SessionView['dialogs'] {
  const { before, after } = signer.request.ui?.dialogs ?? {};
  const hasAfter = Boolean(after?.title || after?.message);
  if (!hasDialogBefore(before) && !hasAfter) return undefined;
  return {
    ...(hasDialogBefore(before)
      ? {
          before: {
            title: before.title,
            message: before.message,
            useCheckBox: before.useCheckBox ?? false,
            fields: (before.formFields ?? []).map(({ key, description, type = 'Text', required = false }) => ({
              key,
              description,
              type,
              required,
            })),
            accepted: hasAcceptedDialog(session, signer),
          },
        }
      : {}),
    ...(hasAfter ? { after: { title: after?.title, message: after?.message } } : {}),
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
