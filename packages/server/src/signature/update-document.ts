import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { entityTag, requireUnchanged } from '../kernel/http/entity-tag.ts';
import { applyMergePatch, type MergePatch } from '../kernel/http/partial-update.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { addressListErrors } from './access-rules.ts';
import { armTimer } from './arm-timer.ts';
import { UpdatableDocument, type UpdateDocumentRequestWrapper } from './contract/update-document.ts';
import { requireAllowedAttachments } from './document-limits.ts';
import { documentResource } from './document-representation.ts';
import {
  deadlineErrors,
  deadlineOf,
  type FilledRequest,
  filledAdvanced,
  requireAvailableFeatures,
  requireEnoughSigners,
  withLinkWithin,
  withSealedPasswords,
} from './document-request.ts';
import { afterAttachments, isFinal } from './document-status.ts';
import { nextTimer } from './document-timer.ts';
import { nextEvidence } from './evidence.ts';
import { insertEvidence } from './evidence-store.ts';
import { type ExtraInfo, extraInfoErrors, extraInfoFeatures } from './extra-info.ts';
import { lockOwnDocument } from './get-document.ts';
import { findLifeCycle, putDeletionAnnounced } from './life-cycle-store.ts';
import { notificationErrors, notificationWithDefaults, requireReminderSchedule } from './notification-rules.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { type DocumentRecord, findDocument, updateDocument as putEvidenceEnd } from './store.ts';
import { updateDocumentRequest } from './update-store.ts';

type Path = readonly [keyof UpdatableDocument, string?];

/** What signers were shown or went by: fixed with the first signature. */
const UNTIL_SIGNED: readonly Path[] = [
  ['title'],
  ['description'],
  ['contactDetails'],
  ['advanced', 'requiredSignatures'],
  ['advanced', 'attachments'],
  ['advanced', 'getSocialSecurityNumber'],
  ['advanced', 'extraInfo'],
  ['advanced', 'security'],
];
/** Everything else may change until the document is erased. */
const UNTIL_FINAL: readonly Path[] = [...UNTIL_SIGNED, ['notification']];

const DEADLINE = 'advanced.timeToLive.deadline';

/**
 * Merges a patch into a document. Nothing happens when nothing differs, and what is sent as it is stands does not count as
 * a change. A new deadline moves the links that end later, and those that had no end of their own. A document that waits
 * for attachments opens when no more are announced than are there; once open, their number is what is there. Throws 400
 * `validation_failed`, 402 `not_in_subscription`, 422 `document_locked` (somebody has signed), `document_closed` (it is
 * signed, cancelled or expired), `required_signatures_exceed_signers`, `too_many_attachments`, `feature_not_available` and `resource_changed`.
 */
export async function updateDocument(
  deps: SignatureDeps,
  context: OperationContext,
  documentId: string,
  input: { body: MergePatch<UpdateDocumentRequestWrapper>; headers: OperationInput['headers'] },
): Promise<OperationResult> {
  // Asked before the row lock: it looks at the account, not at the document.
  await deps.requireFeatures(context, wantedByPatch(input.body));
  const announced = input.body.advanced?.attachments;
  const limits = announced ? await deps.signingSettings(context.accountId) : undefined;
  const updated = await deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, documentId);
    requireUnchanged(entityTag(documentResource(document, deps)), input.headers);
    const stored = updatableOf(document);
    const merged = applyMergePatch(stored, input.body, UpdatableDocument);
    const request = withSealedPasswords(deps, document.id, requestAfter(document, merged.updated));
    const after = updatableOf({ ...document, request, deadline: deadlineOf(request, document.createdAt) });
    if (isDeepStrictEqual(stored, after)) return document;

    const changed = changedDocument(document, request, context.now);
    requireRestrictions(document, changed, context.now);
    requireOpenFor(document, stored, after);
    if (isDeepStrictEqual(stored, updatableOf(changed))) return document;

    if (limits) requireAllowedAttachments(limits, request.advanced.attachments);
    requireEnoughSigners(request.advanced.requiredSignatures, document.signers.length);
    requireReminderSchedule(changed.request.notification, changed.request.signers);
    // What the signers ask for was checked when they were added.
    requireAvailableFeatures({ ...changed.request, signers: [] });
    await updateDocumentRequest(tx, changed);
    await recordChange(tx, context, changed, changedMembers(stored, updatableOf(changed)));
    if (request.advanced.timeToLive?.deleteAfterHours !== document.request.advanced.timeToLive?.deleteAfterHours) {
      // A deletion that is put off is announced again, when its time comes.
      const cycle = await findLifeCycle(tx, document.id);
      const announcement = cycle && nextTimer({ ...cycle, announcedAt: undefined });
      if (announcement && announcement.dueAt > context.now) await putDeletionAnnounced(tx, document.id, undefined);
    }
    await armTimer(tx, changed);
    if (changed.status !== document.status) await deps.messages.askSigners(tx, document.id);
    await deps.messages.followReminders(tx, document.id);
    // As the next reader finds it, to the order of members: the ETag is the same then.
    return (await findDocument(tx, document.id)) ?? changed;
  });
  const body = documentResource(updated, deps);
  return { status: 200, body, headers: { etag: entityTag(body) } };
}

/** What was changed, by name, is evidence: signers may have seen what it was before. */
async function recordChange(
  tx: Transaction,
  { now, clientId, requestId }: OperationContext,
  changed: DocumentRecord,
  members: string[],
): Promise<void> {
  const entry = nextEvidence(
    changed.id,
    { sequence: changed.evidenceSequence, hash: changed.evidenceHash },
    { occurredAt: now, kind: 'document_changed', data: { members, clientId, requestId } },
  );
  await insertEvidence(tx, changed, entry);
  await putEvidenceEnd(tx, changed.id, { evidence: entry });
}

function changedMembers(stored: UpdatableDocument, after: UpdatableDocument): string[] {
  const membersOf = (document: UpdatableDocument) => {
    const { advanced, ...rest } = document;
    return Object.entries({
      ...rest,
      ...Object.fromEntries(Object.entries(advanced ?? {}).map(([name, value]) => [`advanced.${name}`, value])),
    });
  };
  const before = Object.fromEntries(membersOf(stored));
  const names = new Set([...membersOf(stored), ...membersOf(after)].map(([name]) => name));
  const now = Object.fromEntries(membersOf(after));
  return [...names].filter((name) => !isDeepStrictEqual(before[name], now[name]));
}

/** As an answer shows it, so that what was read can be sent back. */
function updatableOf(document: DocumentRecord): UpdatableDocument {
  const { title, description, contactDetails, notification, advanced } = document.request;
  return JSON.parse(
    JSON.stringify({
      title,
      description,
      contactDetails,
      notification,
      advanced: { ...advanced, timeToLive: { ...advanced.timeToLive, deadline: document.deadline.toISOString() } },
    }),
  ) as UpdatableDocument;
}

function requestAfter(document: DocumentRecord, updated: UpdatableDocument): FilledRequest {
  const { title, description, contactDetails, notification, advanced } = updated;
  return {
    ...document.request,
    title,
    description,
    contactDetails,
    notification: notification && notificationWithDefaults(notification),
    advanced: filledAdvanced(advanced),
  };
}

function changedDocument(document: DocumentRecord, wanted: FilledRequest, now: Date): DocumentRecord {
  const { status, announced } = announcedAfter(document, wanted.advanced.attachments);
  const request = { ...wanted, advanced: { ...wanted.advanced, attachments: announced } };
  const deadline = deadlineOf(request, document.createdAt);
  const signers = document.signers.map((signer) => ({ ...signer, request: withLinkWithin(signer.request, deadline) }));
  return {
    ...document,
    status,
    request: { ...request, signers: signers.map((signer) => signer.request) },
    signers,
    deadline,
    requiredSignatures: request.advanced.requiredSignatures || signers.length,
    updatedAt: now,
  };
}

function announcedAfter(document: DocumentRecord, announced: number): ReturnType<typeof afterAttachments> {
  // A document that was cancelled while it waited keeps the number that it waited for.
  if (announced === document.request.advanced.attachments) return { status: document.status, announced };
  return afterAttachments(document.status, { announced, uploaded: document.attachments.length });
}

function requireOpenFor(document: DocumentRecord, stored: UpdatableDocument, after: UpdatableDocument): void {
  const changed = (path: Path) => !isDeepStrictEqual(valueAt(stored, path), valueAt(after, path));
  const newDeadline = stored.advanced?.timeToLive?.deadline !== after.advanced?.timeToLive?.deadline;
  if (isFinal(document.status)) {
    const fields = [...UNTIL_FINAL.filter(changed).map(nameOf), ...(newDeadline ? [DEADLINE] : [])];
    if (fields.length === 0) return;
    const message = `The document is ${document.status}: ${fields.join(', ')} cannot be changed any more.`;
    throw new SeglError(422, 'document_closed', message);
  }
  if (document.signatures.length > 0) {
    const fields = UNTIL_SIGNED.filter(changed).map(nameOf);
    if (fields.length === 0) return;
    const message = `Somebody has signed the document: ${fields.join(', ')} cannot be changed any more.`;
    throw new SeglError(422, 'document_locked', message);
  }
}

function valueAt(document: UpdatableDocument, [member, inner]: Path): unknown {
  const value: unknown = document[member];
  return inner === undefined ? value : (value as Record<string, unknown> | undefined)?.[inner];
}

function nameOf([member, inner]: Path): string {
  return inner === undefined ? member : `${member}.${inner}`;
}

/** Restrictions of what was asked for, as 400; before the state of the document is looked at. */
function requireRestrictions(document: DocumentRecord, changed: DocumentRecord, now: Date): void {
  const errors = [
    ...extraInfoErrors(changed.request.advanced.extraInfo as ExtraInfo | undefined, 'advanced.extraInfo'),
    // A schedule may have come to its end since it was taken.
    ...(isDeepStrictEqual(document.request.notification, changed.request.notification)
      ? []
      : notificationErrors(changed.request.notification, now)),
    ...(changed.deadline.getTime() === document.deadline.getTime()
      ? []
      : deadlineErrors(changed.deadline.toISOString(), document.createdAt, now)),
    ...addressListErrors(changed.request.advanced.security?.ipWhiteList, 'advanced.security.ipWhiteList'),
  ];
  if (errors.length > 0) throw validationFailed(errors);
}

function wantedByPatch(patch: MergePatch<UpdateDocumentRequestWrapper>) {
  return [
    ...(patch.advanced?.getSocialSecurityNumber
      ? [{ product: 'ssn' as const, field: 'advanced.getSocialSecurityNumber' }]
      : []),
    ...extraInfoFeatures((patch.advanced?.extraInfo ?? undefined) as ExtraInfo | undefined, 'advanced.extraInfo'),
  ];
}
