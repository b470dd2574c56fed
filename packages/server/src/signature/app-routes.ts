import type { RouteDefinition } from '../kernel/http/route.ts';
import { acceptAttachment, openAttachment } from './accept-attachment.ts';
import { acceptDialog } from './accept-dialog.ts';
import { startAuthentication } from './authenticate-signer.ts';
import { checkCode } from './check-code.ts';
import { abortSigning, completeSigning, pollSigning } from './complete-signing.ts';
import {
  AcceptAttachmentRequest,
  AcceptDialogRequest,
  AcceptDocumentRequest,
  AttachmentOfSession,
  AttemptRequest,
  CancelSessionResponse,
  CheckCodeRequest,
  CheckCodeResponse,
  CompleteSigningRequest,
  CompleteSigningResponse,
  PollSigningRequest,
  PollSigningResponse,
  RECEIPT_PATH,
  ReportErrorRequest,
  ReportErrorResponse,
  ResultResponse,
  SessionLife,
  SessionView,
  SignByHandRequest,
  SignedResponse,
  StartAuthenticationRequest,
  StartSessionRequest,
  StartSessionResponse,
  StartSigningRequest,
  StartSigningResponse,
} from './contract/session.ts';
import { displayFile, unsignedFile } from './get-file.ts';
import { getReceipt, getResult, getSignedCopy } from './get-result.ts';
import { recordRead } from './record-read.ts';
import { redirectUrl } from './redirect-token.ts';
import { reportError } from './report-error.ts';
import { acceptDocument, signByHand } from './seal-signature.ts';
import { sendCode } from './send-code.ts';
import { loadTurn, type SessionContext, sessionLife, stepRefused } from './session-context.ts';
import { behindGate } from './session-gate.ts';
import { endSession, extendSession } from './session-store.ts';
import { sessionView } from './session-view.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type Opener, SLIDING_MS, startSession } from './start-session.ts';
import { startSigning } from './start-signing.ts';
import type { DocumentRecord } from './store.ts';

const tags: [string] = ['Signing app'];

/** The one call of the signing app that needs no session yet. */
export function sessionStartRoutes(deps: SignatureDeps): RouteDefinition<Opener>[] {
  return [
    {
      method: 'POST',
      path: '/app/v1/session',
      operationId: 'SigningSession_Start',
      summary: 'Exchange a boot code for a signing session',
      tags,
      body: StartSessionRequest,
      responses: { 200: StartSessionResponse },
      handle: (caller, { body }) => startSession(deps, caller, body),
    },
  ];
}

async function openDocument(deps: SignatureDeps, { session, now }: SessionContext): Promise<DocumentRecord> {
  const { document, state } = await loadTurn(deps, session, now);
  if (state === 'canceled' || state === 'expired') throw stepRefused(state);
  return document;
}

/** The server side of the signing app; the caller is a live signing session. */
export function signingAppRoutes(deps: SignatureDeps): RouteDefinition<SessionContext>[] {
  return [
    ...behindGate(deps, 'opened', [...sessionRoutes(deps), ...authenticationRoutes(deps)]),
    ...behindGate(deps, 'identity', knownPersonRoutes(deps)),
    ...behindGate(deps, 'document', [...readingRoutes(deps), ...signingRoutes(deps)]),
  ];
}

function sessionRoutes(deps: SignatureDeps): RouteDefinition<SessionContext>[] {
  return [
    {
      method: 'GET',
      path: '/app/v1/session',
      operationId: 'SigningSession_Get',
      summary: 'What the session shows now',
      tags,
      responses: { 200: SessionView },
      handle: async (context) => ({ status: 200, body: await sessionView(deps, context.session, context.now) }),
    },
    {
      method: 'POST',
      path: '/app/v1/session/keepalive',
      operationId: 'SigningSession_KeepAlive',
      summary: 'Extend the session after activity',
      tags,
      responses: { 200: SessionLife },
      handle: async (context) => {
        const now = deps.clock.now();
        const ends = await extendSession(deps.database, context.session.id, new Date(now.getTime() + SLIDING_MS));
        return { status: 200, body: sessionLife(ends, now) };
      },
    },
    {
      method: 'POST',
      path: '/app/v1/session/cancel',
      operationId: 'SigningSession_Cancel',
      summary: 'Leave without signing; the document stays open',
      tags,
      responses: { 200: CancelSessionResponse },
      handle: async (context) => {
        const { document, signer } = await loadTurn(deps, context.session, context.now);
        await endSession(deps.database, context.session.id, deps.clock.now());
        return { status: 200, body: { redirect: await redirectUrl(deps, document, signer, { result: 'aborted' }) } };
      },
    },
    {
      method: 'POST',
      path: '/app/v1/session/error',
      operationId: 'SigningSession_ReportError',
      summary: 'The app shows an error to the signer',
      tags,
      body: ReportErrorRequest,
      responses: { 200: ReportErrorResponse },
      handle: (context, { body }) => reportError(deps, context, body),
    },
    {
      method: 'POST',
      path: '/app/v1/sign/abort',
      operationId: 'Signing_Abort',
      summary: 'Turn away from an eID that was started',
      tags,
      body: AttemptRequest,
      responses: { 204: null },
      handle: (context, { body }) => abortSigning(deps, context, body),
    },
  ];
}

function authenticationRoutes(deps: SignatureDeps): RouteDefinition<SessionContext>[] {
  return [
    {
      method: 'POST',
      path: '/app/v1/auth/start',
      operationId: 'SigningAuthentication_Start',
      summary: 'Hand over to an eID to prove who is there',
      tags,
      body: StartAuthenticationRequest,
      responses: { 200: StartSigningResponse },
      handle: (context, { body }) => startAuthentication(deps, context, body),
    },
    {
      method: 'POST',
      path: '/app/v1/auth/complete',
      operationId: 'SigningAuthentication_Complete',
      summary: 'Finish the proof after the eID has sent the person back',
      tags,
      body: CompleteSigningRequest,
      responses: { 200: CompleteSigningResponse },
      handle: (context, { body }) => completeSigning(deps, context, body, 'identify'),
    },
    {
      method: 'POST',
      path: '/app/v1/auth/poll',
      operationId: 'SigningAuthentication_Poll',
      summary: 'How an eID in an app of its own stands',
      tags,
      body: PollSigningRequest,
      responses: { 200: PollSigningResponse },
      handle: (context, { body }) => pollSigning(deps, context, body, 'identify'),
    },
    {
      method: 'POST',
      path: '/app/v1/auth/otp/send',
      operationId: 'SigningAuthentication_SendCode',
      summary: 'Send a code to the mobile of the signer',
      tags,
      responses: { 200: SessionView },
      handle: (context) => sendCode(deps, context),
    },
    {
      method: 'POST',
      path: '/app/v1/auth/otp/check',
      operationId: 'SigningAuthentication_CheckCode',
      summary: 'Enter the code',
      tags,
      body: CheckCodeRequest,
      responses: { 200: CheckCodeResponse },
      handle: (context, { body }) => checkCode(deps, context, body),
    },
  ];
}

function knownPersonRoutes(deps: SignatureDeps): RouteDefinition<SessionContext>[] {
  return [
    {
      method: 'POST',
      path: '/app/v1/dialogs/before',
      operationId: 'SigningDialog_Accept',
      summary: 'Go on from the dialog before the document',
      tags,
      body: AcceptDialogRequest,
      responses: { 200: SessionView },
      handle: (context, { body }) => acceptDialog(deps, context, body),
    },
    {
      method: 'GET',
      path: '/app/v1/documents/main/signed',
      operationId: 'SigningDocument_Signed',
      summary: 'The signed file, when it is ready',
      tags,
      responses: { 200: 'file' },
      handle: (context) => getSignedCopy(deps, context),
    },
    {
      method: 'GET',
      path: RECEIPT_PATH,
      operationId: 'SigningReceipt_Get',
      summary: 'What the signer has signed, as a page to keep',
      tags,
      responses: { 200: 'file' },
      handle: (context) => getReceipt(deps, context),
    },
    {
      method: 'GET',
      path: '/app/v1/result',
      operationId: 'SigningResult_Get',
      summary: 'Whether the signed file is ready, and where to go next',
      tags,
      responses: { 200: ResultResponse },
      handle: (context) => getResult(deps, context),
    },
  ];
}

function readingRoutes(deps: SignatureDeps): RouteDefinition<SessionContext>[] {
  return [
    {
      method: 'GET',
      path: '/app/v1/documents/main/content',
      operationId: 'SigningDocument_Content',
      summary: 'The bytes to be signed',
      tags,
      responses: { 200: 'file' },
      handle: async (context) => ({ status: 200, file: unsignedFile(deps, await openDocument(deps, context)) }),
    },
    {
      method: 'GET',
      path: '/app/v1/documents/main/display',
      operationId: 'SigningDocument_Display',
      summary: 'The copy that is shown in place of HTML, and of XML with a style sheet',
      tags,
      responses: { 200: 'file' },
      handle: async (context) => ({ status: 200, file: displayFile(deps, await openDocument(deps, context)) }),
    },
    {
      method: 'POST',
      path: '/app/v1/documents/main/read',
      operationId: 'SigningDocument_Read',
      summary: 'The end of the document has been reached',
      tags,
      responses: { 204: null },
      handle: (context) => recordRead(deps, context),
    },
    {
      method: 'GET',
      path: '/app/v1/documents/{attachmentId}/content',
      operationId: 'SigningAttachment_Content',
      summary: 'The bytes of an attachment',
      tags,
      params: AttachmentOfSession,
      responses: { 200: 'file' },
      handle: (context, { params }) => openAttachment(deps, context, params.attachmentId),
    },
    {
      method: 'POST',
      path: '/app/v1/attachments/{attachmentId}/accept',
      operationId: 'SigningAttachment_Accept',
      summary: 'The signer goes on from an attachment',
      tags,
      params: AttachmentOfSession,
      body: AcceptAttachmentRequest,
      responses: { 204: null },
      handle: (context, input) => acceptAttachment(deps, context, input),
    },
  ];
}

function signingRoutes(deps: SignatureDeps): RouteDefinition<SessionContext>[] {
  return [
    {
      method: 'POST',
      path: '/app/v1/sign/start',
      operationId: 'Signing_Start',
      summary: 'Hand over to the chosen eID',
      tags,
      body: StartSigningRequest,
      responses: { 200: StartSigningResponse },
      handle: (context, { body }) => startSigning(deps, context, body),
    },
    {
      method: 'POST',
      path: '/app/v1/sign/complete',
      operationId: 'Signing_Complete',
      summary: 'Finish after the eID has sent the signer back',
      tags,
      body: CompleteSigningRequest,
      responses: { 200: CompleteSigningResponse },
      handle: (context, { body }) => completeSigning(deps, context, body, 'sign'),
    },
    {
      method: 'POST',
      path: '/app/v1/sign/poll',
      operationId: 'Signing_Poll',
      summary: 'How an eID in an app of its own stands',
      tags,
      body: PollSigningRequest,
      responses: { 200: PollSigningResponse },
      handle: (context, { body }) => pollSigning(deps, context, body, 'sign'),
    },
    {
      method: 'POST',
      path: '/app/v1/sign/accept',
      operationId: 'Signing_Accept',
      summary: 'Accept the document under the name of the login',
      tags,
      body: AcceptDocumentRequest,
      responses: { 200: SignedResponse },
      handle: (context, { body }) => acceptDocument(deps, context, body),
    },
    {
      method: 'POST',
      path: '/app/v1/sign/handwritten',
      operationId: 'Signing_ByHand',
      summary: 'Sign with a drawn or typed signature',
      tags,
      body: SignByHandRequest,
      responses: { 200: SignedResponse },
      handle: (context, { body }) => signByHand(deps, context, body),
    },
  ];
}
