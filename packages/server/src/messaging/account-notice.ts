import type { Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { emailStyle } from './email-layout.ts';
import { html } from './html.ts';
import type { OutgoingEmail } from './message-transport.ts';
import type { MessagingDeps } from './messaging-deps.ts';
import { type KeptMessage, sealMessage } from './sealed-message.ts';
import { SEND_QUEUE, type SendJob, senderAddress } from './send-message.job.ts';
import { insertNotice } from './store.ts';

/** Something about its own affairs that an account should know. In English, as the whole API is. */
export interface AccountNotice {
  accountId: string;
  environment: Environment;
  subject: string;
  /** Plain text. */
  paragraphs: readonly string[];
}

/**
 * Stores one e-mail per contact of the account and queues their sending. It belongs to no document: an id of its own
 * stands in the place of one, and it is written at once, for nothing that it says can change.
 */
export async function tellAccount(
  deps: Pick<MessagingDeps, 'accountTime' | 'accountContacts' | 'box' | 'publicUrl' | 'fromAddress'>,
  jobs: Jobs,
  tx: Transaction,
  notice: AccountNotice,
): Promise<void> {
  const { accountId, environment } = notice;
  const createdAt = deps.accountTime.now(accountId, environment);
  for (const receiver of await deps.accountContacts(tx, accountId)) {
    const id = uuidv7(createdAt);
    const kept: KeptMessage = { message: noticeEmail(notice, id, receiver, senderAddress(deps)), signUrl: undefined };
    const contentSealed = sealMessage(deps.box, kept);
    const { subject, text, from } = kept.message as OutgoingEmail;
    await insertNotice(tx, {
      ...{ id, accountId, environment, receiver, sender: from.address, title: subject, text, contentSealed, createdAt },
    });
    await jobs.send(SEND_QUEUE, { documentId: id, messageId: id } satisfies SendJob, { tx });
  }
}

function noticeEmail(notice: AccountNotice, id: string, to: string, fromAddress: string): OutgoingEmail {
  const { subject, paragraphs, environment } = notice;
  const reason = 'You get this because you are a contact of the account.';
  const test = environment === 'test' ? 'This is about the test environment.' : undefined;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
<style>${emailStyle('Default')}</style>
</head>
<body>
<div class="mail" role="main">
${test && html`<p class="test"><strong>TEST</strong> ${test}</p>\n`}
<h1 dir="auto">${subject}</h1>
<div class="text" dir="auto">
${paragraphs.map((paragraph) => html`<p>${paragraph}</p>\n`)}</div>
<div class="small">
<p>${reason}</p>
</div>
</div>
</body>
</html>
`;
  const text = [...(test ? [`TEST: ${test}`] : []), ...paragraphs, reason].join('\n\n');
  return {
    channel: 'email',
    id,
    from: { name: 'Segl', address: fromAddress },
    to,
    subject: subject.replace(/\s+/g, ' ').trim(),
    text: `${text}\n`,
    html: page.text,
  };
}
