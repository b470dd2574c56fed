import { type EmailContent, emailHtml, emailText } from './email-layout.ts';
import { markdownToHtml, markdownToText, parseMarkdown } from './markdown.ts';
import { fillFields, type MergeFields, mergeFields } from './merge-fields.ts';
import { chooseText } from './message-texts.ts';
import type { Channel, OutgoingEmail, OutgoingMessage, OutgoingSms } from './message-transport.ts';
import type { MessageContent } from './messaging-deps.ts';

const TIME_ZONE = 'Europe/Oslo';

export interface MessageSender {
  /** Address in the `From` of e-mails. */
  fromAddress: string;
  /** Sender of SMS whose account names none. */
  smsSender: string;
}

/** The message over one channel; `undefined` when there is no address for it. */
export function renderMessage(
  content: MessageContent,
  channel: Channel,
  id: string,
  sender: MessageSender,
): OutgoingMessage | undefined {
  return channel === 'email' ? renderEmail(content, id, sender) : renderSms(content, id, sender);
}

function renderEmail(content: MessageContent, id: string, { fromAddress }: MessageSender): OutgoingEmail | undefined {
  if (content.email === undefined) return undefined;
  const { own, around } = chooseText(content.texts.email, content.language);
  const words = around.kinds[content.kind];
  const ownFields = contentFields(content, '');
  const builtInFields = withAccountName(content, ownFields);
  const subject = own?.subject
    ? fillFields(own.subject, ownFields)
    : fillFields(words.subject, withTitle(builtInFields, around.untitled));
  const blocks = parseMarkdown(own?.text || words.text);
  const fields = own?.text ? ownFields : builtInFields;
  const email: EmailContent = {
    texts: around,
    content,
    subject: oneLine(subject),
    deadline: formatDeadline(content.deadline),
  };
  return {
    channel: 'email',
    id,
    from: { name: oneLine(own?.senderName || content.accountName), address: fromAddress },
    to: content.email,
    subject: email.subject,
    text: emailText(email, markdownToText(blocks, fields)),
    html: emailHtml(email, markdownToHtml(blocks, fields)),
    ...(content.attachment ? { attachment: content.attachment } : {}),
  };
}

function renderSms(content: MessageContent, id: string, { smsSender }: MessageSender): OutgoingSms | undefined {
  if (content.mobile === undefined) return undefined;
  const { own, around } = chooseText(content.texts.sms, content.language);
  const asks = content.kind === 'request' || content.kind === 'reminder';
  const fields = contentFields(content, (asks && content.signUrl) || '');
  const text = own?.text
    ? fillFields(own.text, fields)
    : fillFields(around.kinds[content.kind].sms, withTitle(withAccountName(content, fields), around.untitled));
  return { channel: 'sms', id, sender: own?.sender || smsSender, to: content.mobile, text };
}

function contentFields(content: MessageContent, url: string): MergeFields {
  return mergeFields(
    {
      'document-title': content.title,
      'document-description': content.description ?? '',
      deadline: formatDeadline(content.deadline),
      url,
      ...signatureFields(content.signature),
    },
    content.mergeFields,
  );
}

function signatureFields(signature: MessageContent['signature']): Record<string, string> {
  if (!signature) return {};
  const { day, time, seconds } = localTime(signature.signedAt);
  return {
    'signed-date': day,
    'signed-time': `${time}:${seconds}`,
    'signed-name': signature.fullName,
    'signature-method': signature.methodName,
  };
}

function withAccountName(content: MessageContent, fields: MergeFields): MergeFields {
  return (name) => (name === 'account-name' ? content.accountName : fields(name));
}

/** Built-in texts speak of the document by its title even when it has none. */
function withTitle(fields: MergeFields, untitled: string): MergeFields {
  return (name) => (name === 'document-title' ? fields(name) || untitled : fields(name));
}

const localFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: TIME_ZONE,
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `dd.MM.yyyy HH:mm` in the account's time zone. */
function formatDeadline(deadline: Date): string {
  const { day, time } = localTime(deadline);
  return `${day} ${time}`;
}

/** Day `dd.MM.yyyy` and time `HH:mm` in the account's time zone, and the seconds beside them. */
function localTime(at: Date): { day: string; time: string; seconds: string } {
  const parts = new Map(localFormat.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: `${parts.get('day')}.${parts.get('month')}.${parts.get('year')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
    seconds: parts.get('second')!,
  };
}

/** Header values: a line break in one would begin another header. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
