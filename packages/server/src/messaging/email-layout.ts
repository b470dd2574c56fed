import { inkOn, themeColors } from '@segl/ui/themes';
import { type Html, html, lines } from './html.ts';
import type { SigningRequest } from './messaging-deps.ts';
import type { RequestTexts } from './request-texts.ts';

/** What the layout puts around the text of a request. */
export interface EmailContent {
  texts: RequestTexts;
  request: SigningRequest;
  subject: string;
  /** `dd.MM.yyyy HH:mm` in the account's time zone. */
  deadline: string;
}

/**
 * The HTML of a request. All style stands in one `style` element, so that a page that shows the e-mail can allow it by
 * its hash and needs no `unsafe-inline`.
 */
export function emailHtml(content: EmailContent, body: readonly Html[]): string {
  const { texts, request, subject, deadline } = content;
  const { contact } = request;
  const page = html`<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
<style>${style(request)}</style>
</head>
<body>
<div class="mail" role="main">
${request.environment === 'test' && html`<p class="test"><strong>${texts.testName}</strong> ${texts.testNote}</p>\n`}
<p class="asks" dir="auto">${texts.asks(request.accountName)}</p>
<h1 dir="auto">${request.title || texts.untitled}</h1>
<div class="text" dir="auto">
${body}</div>
<p class="action"><a class="button" href="${request.signUrl}" rel="noreferrer">${texts.button}</a></p>
<dl>
${request.description ? html`<div><dt>${texts.aboutLabel}</dt><dd dir="auto">${lines(request.description)}</dd></div>\n` : undefined}
<div><dt>${texts.deadlineLabel}</dt><dd>${deadline}</dd></div>
<div><dt>${texts.contactHeading}</dt><dd>${contactLines(contact).map((line, index) => html`${index > 0 && html`<br>`}${line}`)}</dd></div>
</dl>
<div class="small">
<p>${texts.addressHint}<br><a class="address" href="${request.signUrl}" rel="noreferrer">${request.signUrl}</a></p>
<p>${texts.personalLink(request.accountName)}</p>
</div>
</div>
</body>
</html>
`;
  return page.text;
}

function contactLines(contact: SigningRequest['contact']): Html[] {
  const { name, phone, email, url } = contact;
  return [
    ...(name ? [html`<span dir="auto">${name}</span>`] : []),
    html`<a href="mailto:${email}">${email}</a>`,
    ...(phone ? [html`${phone}`] : []),
    ...(url ? [html`<a href="${url}" rel="noreferrer">${url}</a>`] : []),
  ];
}

/** The same for readers of plain text. */
export function emailText(content: EmailContent, body: string): string {
  const { texts, request, deadline } = content;
  const { name, email, phone, url } = request.contact;
  const parts = [
    ...(request.environment === 'test' ? [`${texts.testName}: ${texts.testNote}`] : []),
    `${texts.asks(request.accountName)}:\n${request.title || texts.untitled}`,
    body,
    `${texts.button}:\n${request.signUrl}`,
    ...(request.description ? [`${texts.aboutLabel}:\n${request.description}`] : []),
    `${texts.deadlineLabel}: ${deadline}`,
    [texts.contactHeading, name, email, phone, url].filter(Boolean).join('\n'),
    texts.personalLink(request.accountName),
  ];
  return `${parts.join('\n\n')}\n`;
}

function style(request: SigningRequest): Html {
  const ground = themeColors[request.colorTheme];
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
