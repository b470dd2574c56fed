import { inkOn, themeColors } from '@segl/ui/themes';
import { type Html, html, lines } from './html.ts';
import type { MessageTexts } from './message-texts.ts';
import type { ColorTheme, MessageContent } from './messaging-deps.ts';

/** What the layout puts around the text of a message. */
export interface EmailContent {
  texts: MessageTexts;
  content: MessageContent;
  subject: string;
  /** `dd.MM.yyyy HH:mm` in the account's time zone. */
  deadline: string;
}

/**
 * The HTML of a message. All style stands in one `style` element, so that a page that shows the e-mail can allow it by
 * its hash and needs no `unsafe-inline`.
 */
export function emailHtml(email: EmailContent, body: readonly Html[]): string {
  const { texts, content, subject, deadline } = email;
  const { signUrl, attachment } = content;
  const words = texts.kinds[content.kind];
  const page = html`<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
<style>${emailStyle(content.colorTheme)}</style>
</head>
<body>
<div class="mail" role="main">
${content.environment === 'test' && html`<p class="test"><strong>${texts.testName}</strong> ${texts.testNote}</p>\n`}
<p class="asks" dir="auto">${words.heading(content.accountName)}</p>
<h1 dir="auto">${content.title || texts.untitled}</h1>
<div class="text" dir="auto">
${body}</div>
${signUrl !== undefined && html`<p class="action"><a class="button" href="${signUrl}" rel="noreferrer">${words.button}</a></p>\n`}
<dl>
${asksToSign(content) && content.description ? html`<div><dt>${texts.aboutLabel}</dt><dd dir="auto">${lines(content.description)}</dd></div>\n` : undefined}
${asksToSign(content) && html`<div><dt>${texts.deadlineLabel}</dt><dd>${deadline}</dd></div>\n`}
${attachment && html`<div><dt>${texts.attachmentLabel}</dt><dd>${attachment.fileName}</dd></div>\n`}
<div><dt>${texts.contactHeading}</dt><dd>${contactLines(content.contact).map((line, index) => html`${index > 0 && html`<br>`}${line}`)}</dd></div>
</dl>
<div class="small">
${signUrl !== undefined && html`<p>${texts.addressHint}<br><a class="address" href="${signUrl}" rel="noreferrer">${signUrl}</a></p>\n`}
<p>${reason(email)}</p>
</div>
</div>
</body>
</html>
`;
  return page.text;
}

function asksToSign({ kind }: MessageContent): boolean {
  return kind === 'request' || kind === 'reminder';
}

function reason({ texts, content }: EmailContent): string {
  const { accountName, signUrl } = content;
  return signUrl === undefined ? texts.namedByAccount(accountName) : texts.personalLink(accountName);
}

function contactLines(contact: MessageContent['contact']): Html[] {
  const { name, phone, email, url } = contact;
  return [
    ...(name ? [html`<span dir="auto">${name}</span>`] : []),
    html`<a href="mailto:${email}">${email}</a>`,
    ...(phone ? [html`${phone}`] : []),
    ...(url ? [html`<a href="${url}" rel="noreferrer">${url}</a>`] : []),
  ];
}

/** The same for readers of plain text. */
export function emailText(emailContent: EmailContent, body: string): string {
  const { texts, content, deadline } = emailContent;
  const { name, email, phone, url } = content.contact;
  const words = texts.kinds[content.kind];
  const asks = asksToSign(content);
  const parts = [
    ...(content.environment === 'test' ? [`${texts.testName}: ${texts.testNote}`] : []),
    `${words.heading(content.accountName)}:\n${content.title || texts.untitled}`,
    body,
    ...(content.signUrl === undefined ? [] : [`${words.button}:\n${content.signUrl}`]),
    ...(asks && content.description ? [`${texts.aboutLabel}:\n${content.description}`] : []),
    ...(asks ? [`${texts.deadlineLabel}: ${deadline}`] : []),
    ...(content.attachment ? [`${texts.attachmentLabel}: ${content.attachment.fileName}`] : []),
    [texts.contactHeading, name, email, phone, url].filter(Boolean).join('\n'),
    reason(emailContent),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What stands in the one style element of an e-mail. */
export function emailStyle(theme: ColorTheme): Html {
  const ground = themeColors[theme];
  return html`
body { margin: 0; padding: 24px 12px; background: #f6f7f9; color: #16181d; font: 16px/1.5 Inter, system-ui, -apple-system, Segoe UI, Roboto, Arial, sans-serif; }
.mail { box-sizing: border-box; max-width: 600px; margin: 0 auto; padding: 32px; background: #ffffff; border: 1px solid #e4e6ea; border-radius: 12px; overflow-wrap: anywhere; }
.test { margin: 0 0 24px; padding: 8px 12px; border-radius: 6px; background: #fdf3dc; color: #8a5a00; font-size: 14px; }
.asks { margin: 0 0 4px; color: #5b6270; font-size: 14px; }
h1 { margin: 0 0 24px; font-size: 22px; line-height: 1.25; font-weight: 650; }
.text p, .text ul, .text ol { margin: 0 0 16px; }
.text ul, .text ol { padding-inline-start: 24px; }
.action { margin: 32px 0; }
.button { display: inline-block; box-sizing: border-box; min-height: 48px; padding: 12px 24px; border: 1px solid rgba(127, 127, 127, 0.35); border-radius: 6px; background: ${ground}; color: ${inkOn(ground)}; font-weight: 600; text-decoration: none; }
a { color: #1f4fd8; }
dl { margin: 0; border-top: 1px solid #e4e6ea; }
dl div { padding: 12px 0; border-bottom: 1px solid #e4e6ea; }
dt { color: #5b6270; font-size: 14px; }
dd { margin: 0; }
.small { margin-top: 24px; color: #5b6270; font-size: 13px; }
.small p { margin: 0 0 12px; }
@media (max-width: 480px) {
  body { padding: 0; }
  .mail { padding: 24px 16px; border: 0; border-radius: 0; }
  .button { display: block; text-align: center; }
}
@media (prefers-color-scheme: dark) {
  body { background: #0c0e12; color: #f2f3f5; }
  .mail { background: #111318; border-color: #2b2f37; }
  .test { background: #2a2210; color: #f2c14e; }
  .asks, dt, .small { color: #a3a9b5; }
  a { color: #8fb0ff; }
  dl, dl div { border-color: #2b2f37; }
  .button { color: ${inkOn(ground)}; }
}
`;
}
