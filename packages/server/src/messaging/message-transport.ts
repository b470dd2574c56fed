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
  attachment?: OutgoingAttachment;
}

/** A file of the account that goes with an e-mail. It is read when it is sent, not kept a second time. */
export interface OutgoingAttachment {
  fileName: string;
  mediaType: string;
  sizeBytes: number;
  read(): Promise<Buffer>;
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
