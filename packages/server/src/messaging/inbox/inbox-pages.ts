import { type Html, html } from '../html.ts';
import type { OutgoingEmail, OutgoingSms } from '../message-transport.ts';
import type { KeptMessage } from '../sealed-message.ts';
import type { InboxEntry, MessageStatus } from '../store.ts';

export const INBOX_PATH = '/test/inbox';

const CHANNEL_NAMES = { email: 'E-mail', sms: 'SMS' } as const;
const STATUS_NAMES: Record<MessageStatus, string> = {
  PENDING: 'Waiting to be sent',
  SENT: 'Captured',
  DELIVERED: 'Delivered',
  FAILED: 'Failed',
};
/** More than two lines of the widest list; the rest is cut off by the style sheet. */
const PREVIEW_LENGTH = 300;

/** The list. `older` is the id to go on from, when there are older ones. */
export function listPage(entries: readonly InboxEntry[], page: { older: string | undefined; isFirst: boolean }): Html {
  const body = html`
  <h1>Inbox</h1>
  <p class="lead">What signers of the test environment would have got. Nothing leaves this instance.</p>
  ${entries.length === 0 ? emptyList(page.isFirst) : html`<ol class="messages">${entries.map(listEntry)}</ol>`}
  <nav class="pages" aria-label="Pages">
    ${page.isFirst ? html`<a href="${INBOX_PATH}">Look again</a>` : html`<a href="${INBOX_PATH}">Newest messages</a>`}
    ${page.older && html`<a href="${INBOX_PATH}?before=${page.older}" rel="next">Older messages</a>`}
  </nav>`;
  return layout('Inbox', body);
}

function emptyList(isFirst: boolean): Html {
  if (!isFirst) return html`<p class="empty">There are no older messages.</p>`;
  return html`<div class="empty">
    <p><strong>No messages yet.</strong></p>
    <p>Create a document whose signer has an address and wants to be told:</p>
    <pre tabindex="0"><code>"signers": [{
  "signerInfo": { "email": "kari@example.com" },
  "notifications": { "setup": { "request": "sendEmail" } },
  …
}]</code></pre>
  </div>`;
}

function listEntry(entry: InboxEntry): Html {
  const preview = entry.text?.slice(0, PREVIEW_LENGTH);
  return html`<li><a href="${INBOX_PATH}/${entry.id}">
    <span class="row"><span class="tag ${entry.channel}">${CHANNEL_NAMES[entry.channel]}</span>
    <span class="receiver">${entry.receiver}</span>
    ${entry.status !== 'SENT' && html`<span class="state">${STATUS_NAMES[entry.status]}</span>`}
    ${time(entry.createdAt)}</span>
    <span class="subject" dir="auto">${entry.title ?? preview ?? 'Not written yet'}</span>
  </a></li>`;
}

/** One message; without content while it waits to be written. */
export function messagePage(entry: InboxEntry, kept: KeptMessage | undefined): Html {
  const heading = `${CHANNEL_NAMES[entry.channel]} to ${entry.receiver}`;
  const body = html`
  <p class="back"><a href="${INBOX_PATH}">Inbox</a></p>
  <h1 class="${entry.title ? 'subject' : ''}" dir="auto">${entry.title ?? heading}</h1>
  <dl class="facts">
    <div><dt>To</dt><dd>${entry.receiver}</dd></div>
    ${kept && sender(kept)}
    <div><dt>Status</dt><dd>${STATUS_NAMES[entry.status]}</dd></div>
    <div><dt>Time</dt><dd>${time(entry.createdAt)}</dd></div>
    ${entry.kind !== 'accountNotice' && html`<div><dt>Document</dt><dd><code>${entry.documentId}</code></dd></div>`}
    ${entry.signerId !== null && html`<div><dt>Signer</dt><dd><code>${entry.signerId}</code></dd></div>`}
    ${kept && attached(kept)}
  </dl>
  ${kept ? content(entry.id, kept) : html`<p class="empty">The message is not written yet.</p>`}`;
  return layout(heading, body);
}

function sender({ message }: KeptMessage): Html {
  if (message.channel === 'sms') return html`<div><dt>From</dt><dd>${message.sender}</dd></div>`;
  return html`<div><dt>From</dt><dd><span dir="auto">${message.from.name}</span> &lt;${message.from.address}&gt;</dd></div>`;
}

function attached({ message }: KeptMessage): Html | undefined {
  const file = message.channel === 'email' ? message.attachment : undefined;
  return file && html`<div><dt>Attached</dt><dd>${file.fileName}, ${file.sizeBytes} bytes</dd></div>`;
}

function content(id: string, { message, signUrl }: KeptMessage): Html {
  return html`
  ${signUrl !== undefined && html`<p class="action"><a class="primary" href="${signUrl}" target="_blank" rel="noopener noreferrer">Open the sign link</a></p>`}
  ${message.channel === 'email' ? emailContent(id, message) : smsContent(message, signUrl)}`;
}

function emailContent(id: string, message: OutgoingEmail): Html {
  return html`
  <h2>The e-mail</h2>
  <iframe title="The e-mail as it looks" src="${INBOX_PATH}/${id}/email" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
  <details>
    <summary>Plain text</summary>
    <pre tabindex="0" dir="auto">${message.text}</pre>
  </details>`;
}

function smsContent(message: OutgoingSms, signUrl: string | undefined): Html {
  const texts = signUrl === undefined ? [message.text] : message.text.split(signUrl);
  const parts = texts.map((part) => html`${part}`);
  const link = html`<a href="${signUrl}" target="_blank" rel="noopener noreferrer">${signUrl}</a>`;
  return html`
  <h2>The SMS</h2>
  <div class="phone"><p class="bubble" dir="auto">${parts.flatMap((part, index) => (index === 0 ? [part] : [link, part]))}</p></div>`;
}

export function unknownMessagePage(): Html {
  return layout(
    'No such message',
    html`
  <h1>There is no such message</h1>
  <p>It may have been erased with its document.</p>
  <p class="back"><a href="${INBOX_PATH}">Inbox</a></p>`,
  );
}

/** For a browser that is not on this machine and has not proven itself. */
export function signInPage(): Html {
  return layout(
    'Sign in',
    html`
  <h1>Sign in to see the inbox</h1>
  <p>The messages carry the links of signers. Use id and secret of the first test client as user name and password;
  Segl prints both when it starts.</p>`,
  );
}

const timeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

function time(instant: Date): Html {
  return html`<time datetime="${instant.toISOString()}">${timeFormat.format(instant)} UTC</time>`;
}

function layout(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} – Segl test inbox</title>
<link rel="stylesheet" href="${INBOX_PATH}/inbox.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><p class="name"><span class="test">TEST</span> Segl</p></header>
<main>${body}
</main>
</body>
</html>
`;
}
