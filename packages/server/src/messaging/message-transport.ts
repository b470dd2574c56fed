export type Channel = 'email' | 'sms';

export interface OutgoingEmail {
  channel: 'email';
  /** Stays the same when the message is tried again, so that receivers can drop a copy. */
  id: string;
  from: { name: string; address: string };
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface OutgoingSms {
  channel: 'sms';
  id: string;
  /** Alphanumeric sender or number. */
  sender: string;
  /** E.164. */
  to: string;
  text: string;
}

export type OutgoingMessage = OutgoingEmail | OutgoingSms;

/** What carries messages away. */
export interface MessageTransport {
  /** Returns when the message was taken over; throws when it should be tried again. */
  send(message: OutgoingMessage): Promise<void>;
}

/** Carries nothing away: the stored message is the delivery, and the inbox shows it. */
export const capturedTransport: MessageTransport = { send: async () => undefined };
