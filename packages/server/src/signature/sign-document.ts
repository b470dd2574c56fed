import { isDeepStrictEqual } from 'node:util';
import type { EidNative, EidPerson } from '../eid/index.ts';
import type { Transaction } from '../kernel/db/database.ts';
import type { StoredFile } from '../kernel/files/files.ts';
import type { MeteredUnit } from '../kernel/metering/meter.ts';
import { armTimer } from './arm-timer.ts';
import {
  type AttachmentToSign,
  acceptedAttachments,
  attachmentsToSign,
  missingAcceptance,
} from './attachment-acceptance.ts';
import { insertAttachmentSignature } from './attachment-store.ts';
import { finishAttempt, type SignAttempt } from './attempt-store.ts';
import { wantDocumentResources, wantSignerResources } from './collect-resource.job.ts';
import { afterSignature, type SignerState } from './document-status.ts';
import { nextEvidence } from './evidence.ts';
import { insertEvidence } from './evidence-store.ts';
import { isNationalNumberFetched, sealSignedNumber } from './national-number.ts';
import { recordOnlyNatives } from './record-package.ts';
import { type SessionContext, stateOf, unknownLink } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, insertSignature, lockDocument, type SignatureRecord, updateDocument } from './store.ts';

/** What somebody did to sign: at an eID, or here. */
export interface SigningAct {
  /** Of the eID that made the signature; `undefined` for one that is sealed here. */
  attempt: Pick<SignAttempt, 'id'> | undefined;
  /** When the eID step began, or the signer acted without one; on the account's clock. */
  startedAt: Date;
  method: string;
  /** As the eID has it, or as it was written by hand; then nothing but the name. */
  person: Partial<EidPerson> & Pick<EidPerson, 'fullName'>;
  native: EidNative;
  /** What is signed along with the document. */
  attachments: AttachmentToSign[];
  /** Further facts for the evidence. */
  facts: Record<string, unknown>;
}

export type SigningRefusal = Exclude<SignerState, 'sign'> | 'attachments_not_accepted' | 'attachments_changed';

/**
 * Records a signature: under the document's row lock it is decided whether the signer may (still) sign, and then
 * signature, evidence, new status and events are written together, for the document and the attachments that are signed
 * along. Raises `document_partially_signed` and, with the completing signature, `document_signed`; where form fields were
 * answered, the events of the form too. What stands in the way of a signature is kept with the attempt and answered.
 */
export async function signDocument(
  deps: SignatureDeps,
  context: SessionContext,
  act: SigningAct,
): Promise<{ accepted: true } | { accepted: false; refusal: SigningRefusal }> {
  const { session, now } = context;
  // The evidence reaches the disk before the row that speaks of it.
  const native = await deps.files.put(session.accountId, act.native.content);
  return deps.database.transaction(async (tx) => {
    const document = await lockDocument(tx, session.documentId);
    const signer = document?.signers.find((one) => one.id === session.signerId);
    // Deleted, or given another link, while the person was at the eID.
    if (!document || !signer || signer.linkRotation !== session.linkRotation) throw unknownLink();
    const decision = afterSignature(stateOf(document), signer.id, { now, startedAt: act.startedAt });
    const refusal = decision.accepted ? await attachmentFault(tx, document, signer.id, act) : decision.state;
    if (!decision.accepted || refusal) {
      const failure = { errorCode: 'SA-1012', eidErrorMessage: refusal };
      if (act.attempt) await finishAttempt(tx, act.attempt.id, 'failed', now, failure);
      return { accepted: false, refusal: refusal as SigningRefusal };
    }
    const signature = signatureRecord(deps, context, act, document, native);
    const entry = nextEvidence(
      document.id,
      { sequence: document.evidenceSequence, hash: document.evidenceHash },
      {
        occurredAt: now,
        kind: 'signed',
        signerId: session.signerId,
        data: {
          ...evidenceData(deps, signature, act),
          ...(document.presentation?.styleSheet ? { styleSheetSha256: document.presentation.styleSheet.sha256 } : {}),
          ...acceptedAttachments(document, signer.id),
          ...(act.attachments.length > 0 ? { signedAttachments: act.attachments } : {}),
        },
      },
    );
    await insertSignature(tx, document, signature);
    await deps.meter(tx, unitsOf(document, signature, act));
    for (const { id, contentSha256 } of act.attachments) {
      // The one answer of the eID is bound to every file.
      const { native } = signature;
      await insertAttachmentSignature(tx, document, id, { signerId: signer.id, contentSha256, native });
    }
    await wantSignerResources(tx, document, signer.id, now);
    await insertEvidence(tx, document, entry);
    await updateDocument(tx, document.id, {
      status: decision.status,
      signatureCount: signature.sequence,
      ...(decision.status === 'signed' ? { signedAt: now } : {}),
      updatedAt: now,
      evidence: entry,
    });
    if (act.attempt) await finishAttempt(tx, act.attempt.id, 'signed', now);
    if (decision.status === 'signed') await armTimer(tx, document);
    await raiseEvents(
      deps,
      tx,
      { ...document, signatures: [...document.signatures, signature] },
      signature,
      decision.status,
    );
    return { accepted: true };
  });
}

/** One for the document, and one for each attachment that is signed along. */
function unitsOf(document: DocumentRecord, signature: SignatureRecord, act: SigningAct): MeteredUnit[] {
  const unit = {
    id: signature.signerId,
    accountId: document.accountId,
    environment: document.environment,
    description: signature.method,
    externalReference: document.request.externalId,
    occurredAt: signature.signedAt,
  };
  return [
    { ...unit, product: 'SIGN' },
    ...act.attachments.map(({ id }) => ({ ...unit, product: 'SIGN_ATTACHMENT' as const, part: id })),
  ];
}

/** What stands in the way: something not accepted, or other bytes by now than those that the eID was started for. */
async function attachmentFault(
  tx: Transaction,
  document: DocumentRecord,
  signerId: string,
  act: SigningAct,
): Promise<'attachments_not_accepted' | 'attachments_changed' | undefined> {
  const missing = await missingAcceptance(tx, document, signerId);
  if (missing) return missing;
  return isDeepStrictEqual(act.attachments, attachmentsToSign(document, signerId)) ? undefined : 'attachments_changed';
}

function signatureRecord(
  deps: SignatureDeps,
  context: SessionContext,
  act: SigningAct,
  document: DocumentRecord,
  native: StoredFile,
): SignatureRecord {
  const signer = document.signers.find((one) => one.id === context.session.signerId);
  if (!signer) throw unknownLink();
  const { person } = act;
  return {
    signerId: signer.id,
    sequence: document.signatures.length + 1,
    method: act.method,
    mechanism: signer.request.signatureType.mechanism,
    fullName: person.fullName,
    firstName: person.firstName,
    middleName: person.middleName,
    lastName: person.lastName,
    dateOfBirth: person.dateOfBirth,
    methodUniqueId: person.uniqueId,
    nationalNumberSealed:
      person.nationalNumber && isNationalNumberFetched(document, signer)
        ? sealSignedNumber(deps, document.id, signer.id, person.nationalNumber)
        : undefined,
    clientIp: context.clientIp,
    userAgent: context.userAgent,
    native: {
      sha256: native.sha256,
      sizeBytes: native.sizeBytes,
      format: act.native.format,
      mediaType: act.native.mediaType,
      fileName: act.native.fileName,
      binding: act.native.binding,
    },
    documentSha256: document.contentSha256,
    signedAt: context.now,
    formAnswers: context.session.formAnswers,
  };
}

function evidenceData(
  deps: Pick<SignatureDeps, 'clock'>,
  signature: SignatureRecord,
  act: SigningAct,
): Record<string, unknown> {
  const real = deps.clock.now();
  return {
    // Of an account whose clock is ahead: certificates and time-stamps know real time only.
    ...(real < signature.signedAt ? { realTime: real.toISOString() } : {}),
    method: signature.method,
    mechanism: signature.mechanism,
    fullName: signature.fullName,
    methodUniqueId: signature.methodUniqueId,
    ...act.facts,
    documentSha256: signature.documentSha256,
    nativeSha256: signature.native.sha256,
    clientIp: signature.clientIp,
    userAgent: signature.userAgent,
  };
}

async function raiseEvents(
  deps: Pick<SignatureDeps, 'events'>,
  tx: Transaction,
  document: DocumentRecord,
  signature: SignatureRecord,
  status: 'partialsigned' | 'signed',
): Promise<void> {
  const ids = { documentId: document.id, externalDocumentId: document.request.externalId };
  const signer = document.signers.find((one) => one.id === signature.signerId);
  await deps.events.append(tx, {
    accountId: document.accountId,
    environment: document.environment,
    type: 'document_partially_signed',
    documentId: document.id,
    payload: { ...ids, signer: signerFacts(document, signature) },
    tags: [...new Set([...document.request.advanced.tags, ...(signer?.request.tags ?? [])])],
  });
  if (signature.formAnswers) {
    await deps.events.append(tx, {
      accountId: document.accountId,
      environment: document.environment,
      type: 'document_form_partially_signed',
      documentId: document.id,
      payload: { ...formFacts(document, signature.formAnswers), signer: signerFacts(document, signature) },
      tags: [...new Set([...document.request.advanced.tags, ...(signer?.request.tags ?? [])])],
    });
  }
  if (status === 'signed') await raiseDocumentSigned(deps, tx, document, signature.signedAt);
}

/**
 * That the document is complete, with everybody who has signed, and what is there with that; and its form, with all answers,
 * the later ones winning.
 */
export async function raiseDocumentSigned(
  deps: Pick<SignatureDeps, 'events'>,
  tx: Transaction,
  document: DocumentRecord,
  signedAt: Date,
): Promise<void> {
  await recordOnlyNatives(tx, document.id, signedAt);
  await wantDocumentResources(tx, document, signedAt);
  await deps.events.append(tx, {
    accountId: document.accountId,
    environment: document.environment,
    type: 'document_signed',
    documentId: document.id,
    payload: {
      documentId: document.id,
      externalDocumentId: document.request.externalId,
      signedTime: signedAt.toISOString(),
      signers: document.signatures.map((one) => signerFacts(document, one)),
    },
    tags: document.request.advanced.tags,
  });
  const answered = document.signatures.flatMap((one) => (one.formAnswers ? [one.formAnswers] : []));
  if (answered.length === 0) return;
  await deps.events.append(tx, {
    accountId: document.accountId,
    environment: document.environment,
    type: 'document_form_signed',
    documentId: document.id,
    payload: {
      ...formFacts(document, Object.assign({}, ...answered)),
      signedTime: signedAt.toISOString(),
      signers: document.signatures.map((one) => signerFacts(document, one)),
    },
    tags: document.request.advanced.tags,
  });
}

/** The form of a dialog has the document's id and title for its own. */
function formFacts(document: DocumentRecord, formFields: Record<string, string>): Record<string, unknown> {
  return {
    documentId: document.id,
    externalDocumentId: document.request.externalId,
    schemaId: document.id,
    schema: document.request.title,
    formFields,
  };
}

/** What events tell of a signer who has signed; never a national number. */
function signerFacts(document: DocumentRecord, signature: SignatureRecord): Record<string, unknown> {
  const signer = document.signers.find((one) => one.id === signature.signerId);
  return {
    id: signature.signerId,
    externalSignerId: signer?.request.externalSignerId,
    fullName: signature.fullName,
    signedTime: signature.signedAt.toISOString(),
    ...(signature.dateOfBirth ? { dateOfBirth: signature.dateOfBirth } : {}),
    signatureMethod: signature.method,
    ...(signature.methodUniqueId ? { signatureMethodUniqueId: signature.methodUniqueId } : {}),
  };
}
