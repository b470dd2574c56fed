import { MASK } from '../kernel/contract/primitives.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag, requireUnchanged } from '../kernel/http/entity-tag.ts';
import { applyMergePatch, type MergePatch } from '../kernel/http/partial-update.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { formatsToSign } from './attachment-acceptance.ts';
import { SignerWrapper } from './contract/document.ts';
import type { SignerPath, UpdateSignerRequestWrapper } from './contract/signer.ts';
import { concludeChange, requireOpen } from './document-changes.ts';
import { requireAllowedSigners } from './document-limits.ts';
import { signerResource, withDefaultsAnswered, withoutNationalNumbers } from './document-representation.ts';
import {
  checkSignerRules,
  type FilledSigner,
  requireBankIdPackaging,
  requireEnoughSigners,
  signerErrors,
  signerFeatures,
  signerWithDefaults,
  withLinkWithin,
  withSealedExtraInfo,
} from './document-request.ts';
import { lockOwnDocument, requireDocument } from './get-document.ts';
import { requireSigner } from './get-signer.ts';
import { methodOffer, type SignatureDeps } from './signature-deps.ts';
import {
  deleteSigner as deleteStored,
  insertSigner,
  newSigner,
  sealAuthenticationNumber,
  sealNationalNumber,
  updateRequiredSignatures,
  updateSigner as updateStored,
} from './signer-store.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

/**
 * Adds a signer to an open document, who is asked at once when it is the new one's turn. Where all must sign, one more
 * must now. Throws 404 `document_not_found`, 422 `document_closed`, `too_many_signers` and what creating throws.
 */
export async function addSigner(
  deps: SignatureDeps,
  context: OperationContext,
  input: { params: { documentId: string }; body: SignerWrapper },
): Promise<OperationResult> {
  const { environment, now } = context;
  const request = signerWithDefaults(input.body);
  const wrong = signerErrors(request, '', environment, now);
  if (wrong.length > 0) throw validationFailed(wrong);
  await requireDocument(deps, context, input.params.documentId);
  await deps.requireFeatures(context, signerFeatures(request, ''));
  const limits = await deps.signingSettings(context.accountId);
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, input.params.documentId);
    requireOpen(document, now);
    requireAllowedSigners(limits, document.signers.length + 1);
    checkSignerRules(request, document.request.signers, contextOf(document, 'new'), methodOffer(deps, environment));
    requireBankIdPackaging(document.request, [request], methodOffer(deps, environment));
    const signer: SignerRecord = { ...newSigner(deps, request, { deadline: document.deadline, now }), linkRotation: 0 };
    await insertSigner(tx, document, signer);
    const changed = await withSigners(tx, document, [...document.signers, signer]);
    const concluded = await concludeChange(deps, tx, context, changed, {
      kind: 'signer_added',
      data: { signerId: signer.id, externalSignerId: request.externalSignerId },
    });
    const body = signerResource(concluded, signer, deps);
    const result = {
      status: 201,
      body,
      headers: {
        location: `${deps.publicUrl}/signature/documents/${document.id}/signers/${signer.id}`,
        etag: entityTag(body),
      },
    };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

/**
 * Merges a patch into a signer who has not signed. Another e-mail address or mobile number, and `rotateUrl`, give a new
 * sign URL; the one so far, and the sessions it opened, stop working. Completes the document when nobody else has to sign.
 * Throws 404 `document_not_found` and `signer_not_found`, 422 `document_closed`, `signer_locked`, `resource_changed` and
 * what creating throws.
 */
export async function updateSigner(
  deps: SignatureDeps,
  context: OperationContext,
  input: { params: SignerPath; body: MergePatch<UpdateSignerRequestWrapper>; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  const { environment, now } = context;
  const { documentId, signerId } = input.params;
  const before = await requireDocument(deps, context, documentId);
  const { rotateUrl, ...given } = input.body;
  const patch = given as MergePatch<SignerWrapper>;
  const preview = merged(before, requireSigner(before, signerId), patch).request;
  await deps.requireFeatures(context, signerFeatures(preview, ''));
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, documentId);
    const stored = requireSigner(document, signerId);
    requireUnchanged(entityTag(signerResource(document, stored, deps)), input.headers);
    requireOpen(document, now);
    requireNotSigned(document, signerId);
    const { request, changed } = merged(document, stored, patch);
    if (!changed && !rotateUrl) return answer(deps, document, stored);

    const wrong = signerErrors(request, '', environment, now);
    if (wrong.length > 0) throw validationFailed(wrong);
    const others = document.signers.filter((one) => one.id !== signerId).map((one) => one.request);
    checkSignerRules(request, others, contextOf(document, signerId), methodOffer(deps, environment));
    requireBankIdPackaging(document.request, [request], methodOffer(deps, environment));
    const isMoved = addressOf(request) !== addressOf(stored.request);
    const signer: SignerRecord = {
      id: signerId,
      request: withSealedExtraInfo(deps, signerId, withoutNationalNumbers(request)),
      linkRotation: stored.linkRotation + (isMoved || rotateUrl ? 1 : 0),
      nationalNumberSealed: nationalNumberAfter(deps, stored, request),
      authenticationNumberSealed: authenticationNumberAfter(deps, stored, request),
    };
    await updateStored(tx, documentId, signer);
    const signers = document.signers.map((one) => (one.id === signerId ? signer : one));
    const concluded = await concludeChange(deps, tx, context, await withSigners(tx, document, signers), {
      kind: 'signer_changed',
      data: { signerId, members: Object.keys(patch), urlReplaced: signer.linkRotation > stored.linkRotation },
    });
    return answer(deps, concluded, signer);
  });
}

/**
 * Takes a signer who has not signed out of an open document; the sign URL stops working. Completes the document when the
 * signer's signature was the last one missing. Throws 404 `document_not_found` and `signer_not_found`, 422
 * `document_closed`, `signer_locked`, `last_signer`, `required_signatures_exceed_signers`, `resource_changed`.
 */
export async function deleteSigner(
  deps: SignatureDeps,
  context: OperationContext,
  input: { params: SignerPath; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  const { documentId, signerId } = input.params;
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, documentId);
    const signer = requireSigner(document, signerId);
    requireUnchanged(entityTag(signerResource(document, signer, deps)), input.headers);
    requireOpen(document, context.now);
    requireNotSigned(document, signerId);
    const signers = document.signers.filter((one) => one.id !== signerId);
    if (signers.length === 0) {
      throw new SeglError(422, 'last_signer', 'A document needs a signer; this is the only one.');
    }
    requireEnoughSigners(document.request.advanced.requiredSignatures, signers.length);
    await deleteStored(tx, documentId, signerId);
    await concludeChange(deps, tx, context, await withSigners(tx, document, signers), {
      kind: 'signer_deleted',
      data: { signerId, externalSignerId: signer.request.externalSignerId },
    });
    return { status: 204 };
  });
}

function answer(deps: SignatureDeps, document: DocumentRecord, signer: SignerRecord): OperationResult {
  const body = signerResource(document, signer, deps);
  return { status: 200, body, headers: { etag: entityTag(body) } };
}

/** The document with other signers. Where all must sign, their number is the number of signatures. */
async function withSigners(
  tx: Transaction,
  document: DocumentRecord,
  signers: SignerRecord[],
): Promise<DocumentRecord> {
  const requiredSignatures = document.request.advanced.requiredSignatures || signers.length;
  await updateRequiredSignatures(tx, document.id, requiredSignatures);
  const request = { ...document.request, signers: signers.map((one) => one.request) };
  return { ...document, request, requiredSignatures, signers };
}

function contextOf(document: DocumentRecord, signerId: string): Parameters<typeof checkSignerRules>[2] {
  return { notification: document.request.notification, formats: formatsToSign(document, signerId) };
}

function requireNotSigned(document: DocumentRecord, signerId: string): void {
  if (!document.signatures.some((signature) => signature.signerId === signerId)) return;
  throw new SeglError(422, 'signer_locked', 'The signer has signed and does not change any more.');
}

/**
 * A link ends with the deadline at the latest. Where it has no end of its own, answers show the deadline: sent back, it asks
 * for nothing.
 */
function withLinkEnd(
  patch: MergePatch<SignerWrapper>,
  { deadline }: Pick<DocumentRecord, 'deadline'>,
  stored: SignerRecord,
): MergePatch<SignerWrapper> {
  const { signUrlExpires, ...rest } = patch;
  if (typeof signUrlExpires !== 'string' || new Date(signUrlExpires) < deadline) return patch;
  return stored.request.signUrlExpires === undefined ? rest : withLinkWithin({ ...rest, signUrlExpires }, deadline);
}

/** An answer has both spellings of one member: whoever patches the older one means it. */
function withOneSpelling(patch: MergePatch<SignerWrapper>): MergePatch<SignerWrapper> {
  const { authBeforeSign, mechanism } = patch.authentication ?? {};
  if (typeof authBeforeSign !== 'boolean' || mechanism !== undefined) return patch;
  return { ...patch, authentication: { ...patch.authentication, mechanism: authBeforeSign ? 'eid' : 'off' } };
}

/**
 * What an answer shows is what is patched, so that it can be sent back. The national number stands as a mask where there is
 * one: it is write-only and stays when nobody mentions it.
 */
function merged(
  document: Pick<DocumentRecord, 'deadline'>,
  stored: SignerRecord,
  patch: MergePatch<SignerWrapper>,
): { request: FilledSigner; changed: boolean } {
  const answered = withDefaultsAnswered(stored.request);
  const shown: SignerWrapper = {
    ...answered,
    ...(stored.nationalNumberSealed ? { signerInfo: { ...answered.signerInfo, socialSecurityNumber: MASK } } : {}),
    ...(stored.authenticationNumberSealed
      ? { authentication: { ...answered.authentication, socialSecurityNumber: MASK } }
      : {}),
  };
  const { updated, changed } = applyMergePatch(
    shown,
    withLinkEnd(withOneSpelling(patch), document, stored),
    SignerWrapper,
  );
  return { request: signerWithDefaults(updated), changed };
}

function nationalNumberAfter(
  deps: Pick<SignatureDeps, 'box'>,
  stored: SignerRecord,
  request: FilledSigner,
): Buffer | undefined {
  const number = request.signerInfo?.socialSecurityNumber;
  return number === MASK ? stored.nationalNumberSealed : sealNationalNumber(deps, stored.id, number);
}

function authenticationNumberAfter(
  deps: Pick<SignatureDeps, 'box'>,
  stored: SignerRecord,
  request: FilledSigner,
): Buffer | undefined {
  const number = request.authentication?.socialSecurityNumber;
  return number === MASK ? stored.authenticationNumberSealed : sealAuthenticationNumber(deps, stored.id, number);
}

function addressOf({ signerInfo }: FilledSigner): string {
  return JSON.stringify([signerInfo?.email, signerInfo?.mobile?.countryCode, signerInfo?.mobile?.number]);
}
