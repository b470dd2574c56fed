import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { attachmentsNotAccepted, attachmentsToSign } from './attachment-acceptance.ts';
import type { SignByHandRequest } from './contract/session.ts';
import { evidenceDocument, SEALED_EVIDENCE_FORMAT } from './evidence-document.ts';
import { type Handwriting, readHandwriting } from './handwriting.ts';
import { validLogin } from './identity-proof.ts';
import type { KeptLogin } from './kept-login.ts';
import { methodsFor } from './methods-for.ts';
import { loadTurn, type SessionContext, stepRefused } from './session-context.ts';
import { currentView } from './session-view.ts';
import { type SigningAct, signDocument } from './sign-document.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signingSteps } from './signature-methods.ts';
import { AWAITS_TIME_STAMP } from './signed-content.ts';
import { requireReadyToSign } from './start-signing.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/**
 * The signer accepts the document under the name of the login of this session, and the acceptance is sealed. Safe to
 * repeat. Throws what `requireReadyToSign` throws, and 422 `login_missing`.
 */
export async function acceptDocument(
  deps: SignatureDeps,
  context: SessionContext,
  body: { documentSha256: string },
): Promise<OperationResult> {
  return sealSignature(deps, context, body.documentSha256, 'accept', () => undefined);
}

/**
 * The signer writes by hand, under the name of the login of this session or, where there is none, the name as written; that
 * is sealed. Safe to repeat. Throws what `requireReadyToSign` and `readHandwriting` throw, and 422 `login_missing`.
 */
export async function signByHand(
  deps: SignatureDeps,
  context: SessionContext,
  body: SignByHandRequest,
): Promise<OperationResult> {
  return sealSignature(deps, context, body.documentSha256, 'handwriting', (login) =>
    readHandwriting(body, login?.person),
  );
}

async function sealSignature(
  deps: SignatureDeps,
  context: SessionContext,
  documentSha256: string,
  step: 'accept' | 'handwriting',
  write: (login: KeptLogin | undefined) => Handwriting | undefined,
): Promise<OperationResult> {
  const { state } = await loadTurn(deps, context.session, context.now);
  if (state !== 'signed') {
    const { document, signer } = await requireReadyToSign(deps, context, documentSha256);
    const steps = signingSteps(signer.request.signatureType);
    if (steps.native || steps.handwriting !== (step === 'handwriting')) {
      throw new SeglError(422, 'method_not_available', 'This document is not signed in this way.');
    }
    const login = steps.eid ? requireLogin(deps, context, document, signer) : undefined;
    const act = await sealedAct(deps, context, { document, signer, login, handwriting: write(login) });
    const done = await signDocument(deps, context, act);
    if (!done.accepted && done.refusal !== 'signed') {
      throw done.refusal === 'attachments_not_accepted' || done.refusal === 'attachments_changed'
        ? attachmentsNotAccepted()
        : stepRefused(done.refusal);
    }
  }
  return { status: 200, body: { outcome: 'signed', view: await currentView(deps, context) } };
}

/** The person whom this session knows. Throws 422 `login_missing`. */
function requireLogin(
  deps: SignatureDeps,
  { session }: SessionContext,
  document: DocumentRecord,
  signer: SignerRecord,
): KeptLogin {
  const login = validLogin(deps, session, signer);
  if (login && methodsFor(deps, document, signer).includes(login.method)) return login;
  throw new SeglError(422, 'login_missing', 'The signer has not logged in yet with one of the offered eIDs.');
}

async function sealedAct(
  deps: SignatureDeps,
  context: SessionContext,
  signed: {
    document: DocumentRecord;
    signer: SignerRecord;
    login: KeptLogin | undefined;
    handwriting: Handwriting | undefined;
  },
): Promise<SigningAct> {
  const { document, login, handwriting } = signed;
  const accountName = await deps.accountName(document.accountId);
  const unsealed = evidenceDocument({ ...signed, context, accountName });
  const sealed = await deps.sealXml({ id: document.accountId, name: accountName }, unsealed);
  return {
    attempt: undefined,
    // The sealed evidence is about each of them.
    attachments: attachmentsToSign(document, signed.signer.id),
    // A login that was begun before the deadline counts as the beginning of the signature.
    startedAt: login ? new Date(login.startedAt) : context.now,
    method: login?.method ?? 'unknown',
    person: login?.person ?? typedPerson(handwriting!),
    native: {
      format: SEALED_EVIDENCE_FORMAT,
      mediaType: 'application/xml',
      fileName: 'signature-evidence.xml',
      content: Buffer.from(sealed.bytes),
      binding: { sealedBy: document.accountId, ...(sealed.level === 'B-B' ? AWAITS_TIME_STAMP : {}) },
    },
    facts: {
      ...(login ? { assuranceLevel: login.assuranceLevel, authenticatedAt: login.authenticatedAt } : {}),
      ...(handwriting ? { handwriting: handwriting.kind } : {}),
    },
  };
}

/** Whoever writes by hand without an eID is who they say. */
function typedPerson({ firstName, lastName }: Handwriting): SigningAct['person'] {
  return { fullName: `${firstName} ${lastName}`, firstName, lastName };
}
