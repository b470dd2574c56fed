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
  /** Where the gateway may report what became of it, if it can; not kept with the message. */
  reportUrl?: string;
}

export type OutgoingMessage = OutgoingEmail | OutgoingSms;

/** What carries messages of one channel away. */
export interface MessageTransport<Message extends OutgoingMessage = OutgoingMessage> {
  /**
   * Returns when the message was taken over. Throws `UndeliverableError` when no further try can help, anything else when
   * it should be tried again. Errors name neither people nor texts: they are logged.
   */
  send(message: Message): Promise<void>;
  close?(): Promise<void>;
}

/** A channel without transport is captured: the stored message is the delivery, and the inbox shows it. */
export interface MessageTransports {
  email?: MessageTransport<OutgoingEmail> | undefined;
  sms?: MessageTransport<OutgoingSms> | undefined;
}

/** The receiver does not exist, or does not take it. */
export class UndeliverableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UndeliverableError';
  }
}
