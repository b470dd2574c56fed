import { isIP } from 'node:net';
import type { Transporter } from 'nodemailer';
import { type MessageTransport, type OutgoingEmail, UndeliverableError } from '../message-transport.ts';

export interface SmtpOptions {
  /**
   * `smtps://user:password@host:465`, or `smtp://…:587`, which must offer STARTTLS (RFC 3207) unless the query says
   * `tls=off`. User and password are optional.
   */
  url: URL;
  /** PEM certificates that are trusted besides the public roots. */
  extraRoots?: readonly string[];
}

const CONNECTIONS = 4;
const CONNECT_MS = 10_000;
/** Between two answers of the server; large attachments take their time in between. */
const SOCKET_MS = 40_000;

/** Hands e-mails over to a mail server by SMTP (RFC 5321), over a few connections that are kept. */
export function createSmtpTransport({ url, extraRoots }: SmtpOptions): MessageTransport<OutgoingEmail> {
  let mailer: Promise<Transporter> | undefined;
  return {
    async send(email) {
      const content = await email.attachment?.read();
      mailer ??= connect(url, extraRoots);
      await (await mailer)
        .sendMail({
          from: email.from,
          to: { name: '', address: email.to },
          subject: email.subject,
          text: email.text,
          html: email.html,
          messageId: `<${email.id}@${email.from.address.split('@')[1]}>`,
          // RFC 3834 §5: no out-of-office replies to what a machine sends.
          headers: { 'Auto-Submitted': 'auto-generated' },
          ...(email.attachment && content
            ? {
                attachments: [
                  { filename: email.attachment.fileName, contentType: email.attachment.mediaType, content },
                ],
              }
            : {}),
        })
        .catch((error: unknown) => {
          throw smtpError(error);
        });
    },
    async close() {
      (await mailer)?.close();
    },
  };
}

/** The library is loaded when the first message goes out: instances without a mail server start without it. */
async function connect(url: URL, extraRoots: readonly string[] | undefined): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const secure = url.protocol === 'smtps:';
  const encrypted = secure || url.searchParams.get('tls') !== 'off';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && encrypted,
    ignoreTLS: !encrypted,
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
    tls: { ...(isIP(host) ? {} : { servername: host }), ...(extraRoots ? { ca: [...extraRoots] } : {}) },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    // Nothing that an account writes may name a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Without the server's text, which repeats the receiver's address. */
function smtpError(error: unknown): Error {
  const { code, responseCode, command } = error as { code?: string; responseCode?: number; command?: string };
  const what = `the mail server refused: ${[code, responseCode, command].filter(Boolean).join(' ') || 'no answer'}`;
  // RFC 5321 §4.2.1: 5yz is final. What is wrong with the log-in or the sender is the operator's to mend, and may pass.
  const ofReceiver =
    code === 'EENVELOPE' && responseCode !== undefined && responseCode >= 550 && command !== 'MAIL FROM';
  return ofReceiver ? new UndeliverableError(what) : new Error(what);
}
