import {
  type Attachment,
  type Download,
  isLocked,
  type Sender,
  type SessionView,
  type SigningMethod,
  type View,
} from '../server/contract.ts';

/** Why there is nothing to sign here, at least not now. */
export type StopReason =
  | 'waiting_for_attachments'
  | 'not_your_turn'
  | 'completed_without_you'
  | 'expired'
  | 'canceled'
  | 'unknown_link'
  | 'open_link_again'
  | 'session_ended'
  | 'maintenance'
  | 'canceled_by_you'
  | 'not_allowed'
  | 'account_closed'
  | 'eid_window';

export type Failure = {
  /** `SA-…`: the place where it happened, as the specification of the signing app numbers them. */
  code: string;
  retry: 'open_session' | 'complete_attempt' | 'choose_method' | null;
  attemptId?: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
  requestId?: string;
  /** Where those go who give up. */
  redirect?: string;
};

/** Said on the screen where the signer stays. */
export type Remark = 'left_eid' | 'no_connection';

/**
 * How far the signed copy has come. `late` means that asking goes on only when the signer asks; its code tells whether the
 * file is not there yet (SA-1030) or cannot be asked for (SA-1031).
 */
export type CopyState =
  | { state: 'preparing' | 'none' }
  | { state: 'late'; code: 'SA-1030' | 'SA-1031' }
  | { state: 'ready'; download: Download };

/** What the account waits for is not ready in time, cannot be asked for, or could not be had. The signature is valid. */
export type Unfinished = { code: 'SA-1030' | 'SA-1031' | 'SA-1032' };

export type Screen =
  | { name: 'loading' }
  /** Nothing of the document is known yet; `busy` while the eID's answer is looked at. */
  | { name: 'proving'; busy?: boolean; remark?: Remark }
  | { name: 'dialog' }
  | { name: 'accepting'; busy?: boolean; remark?: Remark }
  | { name: 'handwriting'; busy?: boolean; remark?: Remark | 'signature_empty' }
  /** All there is to see, where there is more than the document. */
  | { name: 'overview' }
  | { name: 'attachment'; attachment: Attachment; remark?: Remark }
  | { name: 'reading'; remark?: Remark }
  | { name: 'choosing'; remark?: Remark }
  /** `elsewhere`: the eID is in a window of its own, or waits for a click that opens one. */
  | { name: 'handing_over'; method: SigningMethod; elsewhere?: { url: string; opened: boolean } }
  | { name: 'sealing'; method?: SigningMethod }
  /** The signature is stored; the account lets the signer wait for what comes with it. */
  | { name: 'finishing' }
  | { name: 'signed'; copy: CopyState; redirect?: string; unfinished?: Unfinished }
  | { name: 'stopped'; reason: StopReason; redirect?: string; sender?: Sender }
  | { name: 'failed'; failure: Failure };

/** The first screen that the state of document and signer allows. */
export function screenFor(view: SessionView): Screen {
  if (isLocked(view) && (view.state === 'sign' || view.state === 'signed')) return { name: 'proving' };
  const before = view.dialogs?.before;
  switch (view.state) {
    case 'sign':
      if (before && !before.accepted) return { name: 'dialog' };
      return { name: view.attachments.length > 0 ? 'overview' : 'reading' };
    case 'signed':
      return view.successWaitSeconds > 0 ? { name: 'finishing' } : signedScreen(view);
    case 'expired':
    case 'canceled':
      return { name: 'stopped', reason: view.state, redirect: redirects(view) ? view.redirect.error : undefined };
    default:
      return { name: 'stopped', reason: view.state };
  }
}

/** The end, with what is known of the copy so far. */
export function signedScreen(view: Pick<View, 'canDownload' | 'remainingSigners'>, unfinished?: Unfinished): Screen {
  return {
    name: 'signed',
    copy: { state: expectsCopy(view) ? 'preparing' : 'none' },
    ...(unfinished ? { unfinished } : {}),
  };
}

/** The code of what this app cannot show: a newer server may know formats and kinds of attachments that it does not. */
export function unknownTo(view: SessionView): string | null {
  if (view.state !== 'sign' || isLocked(view)) return null;
  if (view.attachments.some(({ type }) => !ATTACHMENT_TYPES.includes(type))) return 'SA-1015';
  return FORMATS.includes(view.document.format) ? null : 'SA-1009';
}

const FORMATS: readonly string[] = ['pdf', 'txt', 'html', 'xml'];
const ATTACHMENT_TYPES: readonly string[] = ['show_accept', 'read_accept', 'sign'];

/** The first attachment that the signer has not accepted. */
export function nextAttachment(view: Pick<View, 'attachments'>): Attachment | undefined {
  return view.attachments.find((attachment) => !attachment.accepted);
}

/** A signed copy exists for this signer once everybody has signed and the account lets signers have it. */
export function expectsCopy(view: Pick<View, 'canDownload' | 'remainingSigners'>): boolean {
  return view.canDownload && view.remainingSigners === 0;
}

/** Whether the integrator wants the browser back at the end. */
export function redirects(view: Pick<View, 'redirect'>): boolean {
  return view.redirect.mode === 'redirect' || view.redirect.mode.startsWith('iframe_with_redirect');
}

/** Inside a frame the sender's page decides what comes next, so nobody has to press a button for it. */
export function redirectsItself(view: Pick<View, 'redirect'>): boolean {
  return view.redirect.mode.startsWith('iframe_with_redirect');
}

/** Whether what stops the signer may pass by what others do; the rest of the stops end the session or have none. */
export function mayChange(reason: StopReason): boolean {
  return reason === 'waiting_for_attachments' || reason === 'not_your_turn' || reason === 'completed_without_you';
}

/** Seconds after which a stop screen looks again by itself; null where nothing changes without the signer. */
export function secondsToNextLook(reason: StopReason): number | null {
  if (reason === 'waiting_for_attachments') return 15;
  if (reason === 'not_your_turn') return 30;
  if (reason === 'maintenance') return 20;
  return null;
}
