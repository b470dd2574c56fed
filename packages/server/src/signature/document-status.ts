import type { DocumentStatus } from './contract/document.ts';

/** What the state machine must know of a signer. */
export interface SignerTurn {
  id: string;
  order: number;
  required: boolean;
  signed: boolean;
  /** When the signer's own link ends; absent: with the deadline. */
  linkExpiresAt?: Date | undefined;
}

export interface DocumentState {
  status: DocumentStatus;
  deadline: Date;
  /** Resolved number: never 0. */
  requiredSignatures: number;
  signers: readonly SignerTurn[];
}

/** What one signer meets who opens the document now. */
export type SignerState =
  | 'sign'
  | 'waiting_for_attachments'
  | 'not_your_turn'
  | 'signed'
  | 'completed_without_you'
  | 'expired'
  | 'canceled';

/** A signature whose eID step began before the deadline is accepted for this long after it. */
export const GRACE_MS = 5 * 60_000;

export function signerState(document: DocumentState, signerId: string, now: Date): SignerState {
  const signer = document.signers.find((one) => one.id === signerId);
  if (!signer) throw new Error('the signer is not one of the document');
  if (signer.signed) return 'signed';
  switch (document.status) {
    case 'waiting_for_attachments':
      return 'waiting_for_attachments';
    case 'signed':
      return 'completed_without_you';
    case 'canceled':
    case 'expired':
      return document.status;
    default:
      if (now >= endsAt(document, signer)) return 'expired';
      return isOpenGroup(document.signers, signer) ? 'sign' : 'not_your_turn';
  }
}

/**
 * What a signer meets who has an eID step under way, begun at `startedAt`: a person who started in time is not sent away
 * for the minutes that the eID takes.
 */
export function signerStateDuringEid(
  document: DocumentState,
  signerId: string,
  times: { now: Date; startedAt: Date },
): SignerState {
  const signer = document.signers.find((one) => one.id === signerId);
  const end = signer ? endsAt(document, signer) : document.deadline;
  const startedInTime = times.startedAt < end && times.now.getTime() < end.getTime() + GRACE_MS;
  return signerState(document, signerId, startedInTime ? times.startedAt : times.now);
}

/** The status after `signerId` signs, or why it cannot. `startedAt` is when the eID step began. */
export function afterSignature(
  document: DocumentState,
  signerId: string,
  times: { now: Date; startedAt: Date },
): { accepted: true; status: 'partialsigned' | 'signed' } | { accepted: false; state: SignerState } {
  const state = signerStateDuringEid(document, signerId, times);
  if (state !== 'sign') return { accepted: false, state };
  const signers = document.signers.map((one) => (one.id === signerId ? { ...one, signed: true } : one));
  return { accepted: true, status: isComplete(document.requiredSignatures, signers) ? 'signed' : 'partialsigned' };
}

/** Whether the status is one that a document never leaves. */
export function isFinal(status: DocumentStatus): status is 'signed' | 'canceled' | 'expired' {
  return status === 'signed' || status === 'canceled' || status === 'expired';
}

/** The status after signers were changed or taken away: the last signature that was missing may not be needed any more. */
export function afterChange(document: DocumentState): DocumentStatus {
  const completes = document.status === 'partialsigned' && isComplete(document.requiredSignatures, document.signers);
  return completes ? 'signed' : document.status;
}

/**
 * The status that goes with the number of attachments, and the number that counts as announced from then on: a document
 * waits until all are there, and once open it stays open, whatever is added or taken away.
 */
export function afterAttachments(
  status: DocumentStatus,
  counts: { announced: number; uploaded: number },
): { status: DocumentStatus; announced: number } {
  if (status !== 'waiting_for_attachments') return { status, announced: counts.uploaded };
  if (counts.uploaded < counts.announced) return { status, announced: counts.announced };
  return { status: 'unsigned', announced: counts.uploaded };
}

function endsAt(document: Pick<DocumentState, 'deadline'>, { linkExpiresAt }: SignerTurn): Date {
  return linkExpiresAt && linkExpiresAt < document.deadline ? linkExpiresAt : document.deadline;
}

/** All required signers have signed and the number of signatures is reached. */
function isComplete(requiredSignatures: number, signers: readonly SignerTurn[]): boolean {
  const signed = signers.filter((one) => one.signed).length;
  return signers.every((one) => one.signed || !one.required) && signed >= requiredSignatures;
}

/** Required signers come before all others; within each half, lower `order` comes first. */
function isOpenGroup(signers: readonly SignerTurn[], signer: SignerTurn): boolean {
  return signers.every((one) => one.signed || !isEarlier(one, signer));
}

/** Whether `one` has to sign before `than` may. */
export function isEarlier(one: SignerTurn, than: SignerTurn): boolean {
  if (one.required !== than.required) return one.required;
  return one.order < than.order;
}
