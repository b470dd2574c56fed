import { parentPort, workerData } from 'node:worker_threads';
import { readXml, type XmlDocument } from '@segl/ades/xml';
import type { ContentCheck, Display, PlainContent } from './content-tasks.ts';
import { styleSheetFault } from './style-sheet-rules.ts';

/** What would show other letters elsewhere than here is not what was signed. */
const DECLARED_CHARSET = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i;

// Each of these threads works once: what it does not need it does not load.
const sanitiser = () => import('./sanitise-html.ts');

parentPort?.postMessage(await check(workerData as PlainContent));

async function check({ format, bytes, styleSheet }: PlainContent): Promise<ContentCheck> {
  if (format === 'html') return checkHtml(new TextDecoder().decode(bytes));
  const content = read(bytes);
  if (typeof content === 'string') return refuse('content', `The content is not XML that can be signed: ${content}.`);
  if (!styleSheet) return { accepted: true };
  const sheet = read(styleSheet);
  if (typeof sheet === 'string') return refuse('styleSheet', `The style sheet cannot be used: ${sheet}.`);
  const fault = styleSheetFault(sheet);
  return fault ? refuse('styleSheet', fault) : showThrough(bytes, styleSheet, sheet);
}

/** The document, or what is wrong with it. */
function read(bytes: Uint8Array): XmlDocument | string {
  try {
    return readXml(bytes);
  } catch (error) {
    return (error as Error).message;
  }
}

async function checkHtml(html: string): Promise<ContentCheck> {
  if (!/<[a-z!]/i.test(html)) return refuse('content', 'The content is not HTML, although the file name says so.');
  const charset = DECLARED_CHARSET.exec(html.slice(0, 4096))?.[1];
  if (charset && !/^utf-?8$/i.test(charset)) {
    return refuse('content', 'The content says that it is in another charset than UTF-8.');
  }
  return shown('content', html);
}

async function showThrough(bytes: Uint8Array, styleSheet: Uint8Array, sheet: XmlDocument): Promise<ContentCheck> {
  const { applyStyleSheet } = await import('./apply-style-sheet.ts');
  try {
    const { kind, text } = await applyStyleSheet(bytes, styleSheet, sheet);
    return kind === 'text' ? shownAsText(text) : await shown('styleSheet', text);
  } catch {
    // The engine's words quote the document; it is the sender's own, but not for logs and errors.
    return refuse('styleSheet', 'The style sheet cannot be applied to the content.');
  }
}

async function shownAsText(text: string): Promise<ContentCheck> {
  const { textAsHtml } = await sanitiser();
  return { accepted: true, display: { html: Buffer.from(textAsHtml(text)), reduced: false } };
}

async function shown(part: 'content' | 'styleSheet', html: string): Promise<ContentCheck> {
  const { sanitiseHtml } = await sanitiser();
  try {
    const copy = sanitiseHtml(html);
    const display: Display = { html: Buffer.from(copy.html), reduced: copy.reduced };
    return { accepted: true, display };
  } catch (error) {
    return refuse(part, `What is to be shown cannot be: ${(error as Error).message}.`);
  }
}

function refuse(part: 'content' | 'styleSheet', message: string): ContentCheck {
  return { accepted: false, part, message };
}
