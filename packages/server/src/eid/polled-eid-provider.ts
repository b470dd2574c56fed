import type { EidMessage } from './contract/attempt.ts';
import type { EidOutcome, EidProvider, EidStart } from './eid-provider.ts';

/** What a polled eID must know besides. */
export interface PolledEidStart extends EidStart {
  /** IP address of the person's browser. */
  endUserIp: string;
}

/** What the person is shown while the eID waits; fresh with every poll. */
export interface EidWaiting {
  /** Content of a QR code for the eID's app on another device; absent once the app has it. Valid for a second. */
  qrData?: string;
  /** Opens the eID's app on this device, a phone or a computer; absent once the app has begun. */
  startUrls?: { phone: string; computer: string };
  /** For a caller that shows no page of ours: what it hands to the person, to be recognised in the eID's app. */
  securityReference?: string;
  /** The eID's own word for what it waits for. */
  hintCode?: string;
  /** Text for the person, by language. */
  message: EidMessage;
  pollAfterMs: number;
}

/** Either it waits, with the state to hand in next time, or it has ended; an end is told once. */
export type EidPoll = { result: 'waiting'; waiting: EidWaiting; state: Record<string, unknown> } | EidOutcome;

/**
 * An eID in an app of its own, to which no browser is sent: the person scans a code or switches to the app, and Segl asks
 * again and again how it stands. `state` is as in `EidProvider`, but new with every answer. The caller polls one attempt
 * one at a time, and keeps the end. Throws `SeglError` 503 `eid_unavailable` when the eID cannot be reached; the attempt
 * goes on, and can be polled again.
 */
export interface PolledEidProvider
  extends Pick<EidProvider, 'method' | 'displayName' | 'countryCode' | 'signs' | 'allowsFraming'> {
  readonly simulator: boolean;
  /** How often the eID wants to be asked, at most. */
  readonly askEveryMs: number;
  /** Nobody is brought back to `callbackUrl`: the page that asks stays where it is. */
  start(input: PolledEidStart): Promise<EidPoll>;
  poll(input: { state: Record<string, unknown>; now: Date }): Promise<EidPoll>;
  /** What the person is shown now, by what the eID said last. */
  show(input: { state: Record<string, unknown>; now: Date }): EidWaiting;
  /** Ends what runs at the eID, if it still runs. */
  cancel(state: Record<string, unknown>): Promise<void>;
}
