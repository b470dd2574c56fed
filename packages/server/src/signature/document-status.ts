import type { DocumentStatus } from './contract/document.ts';

/** What the state machine must know of a signer. */
export interface SignerTurn {
  id: string;
  order: number;
  required: boolean;
  signed: boolean;
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
const GRACE_MS = 5 * 60_000;

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
      if (now >= document.deadline) return 'expired';
      return isOpenGroup(document.signers, signer) ? 'sign' : 'not_your_turn';
  }
}

/**
 * The status after `signerId` signs, or why it cannot. `startedAt` is when the eID step began: a person who started in
 * time is not sent away for the seconds that the eID took.
 */
export function afterSignature(
  document: DocumentState,
  signerId: string,
  times: { now: Date; startedAt: Date },
): { accepted: true; status: 'partialsigned' | 'signed' } | { accepted: false; state: SignerState } {
  const startedInTime =
    times.startedAt < document.deadline && times.now.getTime() < document.deadline.getTime() + GRACE_MS;
  const state = signerState(document, signerId, startedInTime ? times.startedAt : times.now);
  if (state !== 'sign') return { accepted: false, state };
  const signers = document.signers.map((one) => (one.id === signerId ? { ...one, signed: true } : one));
  return { accepted: true, status: isComplete(document.requiredSignatures, signers) ? 'signed' : 'partialsigned' };
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

function isEarlier(one: SignerTurn, than: SignerTurn): boolean {
  if (one.required !== than.required) return one.required;
  return one.order < than.order;
}
