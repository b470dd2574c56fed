import { type EmailContent, emailHtml, emailText } from './email-layout.ts';
import { markdownToHtml, markdownToText, parseMarkdown } from './markdown.ts';
import { fillFields, type MergeFields, mergeFields } from './merge-fields.ts';
import type { Channel, OutgoingEmail, OutgoingMessage, OutgoingSms } from './message-transport.ts';
import type { SigningRequest } from './messaging-deps.ts';
import { chooseText } from './request-texts.ts';

const TIME_ZONE = 'Europe/Oslo';
const DEFAULT_SMS_SENDER = 'Segl';

export interface RequestSender {
  /** Address in the `From` of e-mails. */
  fromAddress: string;
}

/** The message with which a signer is asked to sign; `undefined` when the signer has no address for the channel. */
export function renderRequest(
  request: SigningRequest,
  channel: Channel,
  id: string,
  sender: RequestSender,
): OutgoingMessage | undefined {
  return channel === 'email' ? renderEmail(request, id, sender) : renderSms(request, id);
}

function renderEmail(request: SigningRequest, id: string, { fromAddress }: RequestSender): OutgoingEmail | undefined {
  if (request.email === undefined) return undefined;
  const { own, around } = chooseText(request.texts.email, request.language);
  const ownFields = requestFields(request, '');
  const builtInFields = withAccountName(request, ownFields);
  const subject = own?.subject
    ? fillFields(own.subject, ownFields)
    : fillFields(around.subject, withTitle(builtInFields, around.untitled));
  const blocks = parseMarkdown(own?.text || around.text);
  const fields = own?.text ? ownFields : builtInFields;
  const content: EmailContent = {
    texts: around,
    request,
    subject: oneLine(subject),
    deadline: formatDeadline(request.deadline),
  };
  return {
    channel: 'email',
    id,
    from: { name: oneLine(own?.senderName || request.accountName), address: fromAddress },
    to: request.email,
    subject: content.subject,
    text: emailText(content, markdownToText(blocks, fields)),
    html: emailHtml(content, markdownToHtml(blocks, fields)),
  };
}

function renderSms(request: SigningRequest, id: string): OutgoingSms | undefined {
  if (request.mobile === undefined) return undefined;
  const { own, around } = chooseText(request.texts.sms, request.language);
  const fields = requestFields(request, request.signUrl);
  const text = own?.text
    ? fillFields(own.text, fields)
    : fillFields(around.sms, withTitle(withAccountName(request, fields), around.untitled));
  return { channel: 'sms', id, sender: own?.sender || DEFAULT_SMS_SENDER, to: request.mobile, text };
}

function requestFields(request: SigningRequest, url: string): MergeFields {
  return mergeFields(
    {
      'document-title': request.title,
      'document-description': request.description ?? '',
      deadline: formatDeadline(request.deadline),
      url,
    },
    request.mergeFields,
  );
}

function withAccountName(request: SigningRequest, fields: MergeFields): MergeFields {
  return (name) => (name === 'account-name' ? request.accountName : fields(name));
}

/** Built-in texts speak of the document by its title even when it has none. */
function withTitle(fields: MergeFields, untitled: string): MergeFields {
  return (name) => (name === 'document-title' ? fields(name) || untitled : fields(name));
}

const deadlineFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: TIME_ZONE,
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `dd.MM.yyyy HH:mm` in the account's time zone. */
function formatDeadline(deadline: Date): string {
  const parts = new Map(deadlineFormat.formatToParts(deadline).map(({ type, value }) => [type, value]));
  return `${parts.get('day')}.${parts.get('month')}.${parts.get('year')} ${parts.get('hour')}:${parts.get('minute')}`;
}

/** Header values: a line break in one would begin another header. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
