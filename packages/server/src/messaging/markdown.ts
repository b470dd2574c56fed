import { type Html, html, lines } from './html.ts';
import { fieldAt, fillFields, type MergeFields } from './merge-fields.ts';

/*
 * The Markdown of e-mail texts: paragraphs, line breaks, **bold**, *italics*, lists, [links](https://…) and bare web
 * addresses. There is no raw HTML. Merge fields are parts of the parsed text, so that a value can never act as markup.
 */

type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'field'; name: string; typed: string }
  | { kind: 'break' }
  | { kind: 'strong'; children: Inline[] }
  | { kind: 'emphasis'; children: Inline[] }
  | { kind: 'link'; target: string; children: Inline[] };

export type Block = { kind: 'paragraph'; children: Inline[] } | { kind: 'list'; ordered: boolean; items: Inline[][] };

const BULLET = /^ {0,3}[-*+] +(.*)$/;
const NUMBERED = /^ {0,3}\d{1,3}[.)] +(.*)$/;
/** Only `1.` begins a list: a line like `12. mai` is a date. */
const FIRST_NUMBER = /^ {0,3}1[.)] +(.*)$/;

export function parseMarkdown(source: string): Block[] {
  const blocks: Block[] = [];
  for (const chunk of source.split(/(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)/)) {
    let open: { kind: 'paragraph' | 'bullets' | 'numbers'; entries: string[] } | undefined;
    const close = () => {
      if (open) blocks.push(toBlock(open));
    };
    for (const line of chunk.split(/\r\n?|\n/)) {
      if (line.trim() === '') continue;
      const bullet = BULLET.exec(line)?.[1];
      const numbered = (open?.kind === 'numbers' ? NUMBERED : FIRST_NUMBER).exec(line)?.[1];
      const item = bullet ?? numbered;
      const kind = bullet !== undefined ? 'bullets' : 'numbers';
      if (item !== undefined) {
        if (open?.kind !== kind) {
          close();
          open = { kind, entries: [] };
        }
        open.entries.push(item);
      } else if (open) {
        open.entries[open.entries.length - 1] += `\n${line.trim()}`;
      } else {
        open = { kind: 'paragraph', entries: [line.trim()] };
      }
    }
    close();
  }
  return blocks;
}

function toBlock(open: { kind: 'paragraph' | 'bullets' | 'numbers'; entries: string[] }): Block {
  if (open.kind === 'paragraph') return { kind: 'paragraph', children: parseInline(open.entries[0]!) };
  return {
    kind: 'list',
    ordered: open.kind === 'numbers',
    items: open.entries.map((entry) => parseInline(entry)),
  };
}

const LINK = /\[([^[\]\n]{1,500})\]\(([^()\s]{1,2000})\)/y;
const BARE_ADDRESS = /https?:\/\/[^\s<>"`()[\]*]{1,2000}/y;
const ESCAPED = /[!-/:-@[-`{-~]/;

/** What is open while reading: the outermost span, and one for each emphasis that has begun. */
interface Span {
  marker: string;
  children: Inline[];
}

/** Linear in the text: each marker can be open once, and links are looked for within a bounded distance. */
function parseInline(text: string, withLinks = true): Inline[] {
  const spans: Span[] = [{ marker: '', children: [] }];
  let index = 0;
  while (index < text.length) {
    const here = text[index]!;
    if (here === '\\' && ESCAPED.test(text[index + 1] ?? '')) {
      addText(spans.at(-1)!.children, text[index + 1]!);
      index += 2;
      continue;
    }
    const step =
      here === '\n'
        ? { node: { kind: 'break' } as Inline, length: 1 }
        : (readField(text, index) ?? (withLinks ? readLink(text, index) : undefined));
    if (step) {
      spans.at(-1)!.children.push(step.node);
      index += step.length;
      continue;
    }
    const marker = markerAt(text, index, spans.at(-1)!.marker);
    if (marker === undefined || !toggle(spans, text, index, marker)) addText(spans.at(-1)!.children, marker ?? here);
    index += marker?.length ?? 1;
  }
  while (spans.length > 1) giveUp(spans);
  return spans[0]!.children;
}

function readField(text: string, index: number): { node: Inline; length: number } | undefined {
  const field = text[index] === '{' ? fieldAt(text, index) : undefined;
  return field && { node: { kind: 'field', ...field }, length: field.typed.length };
}

function readLink(text: string, index: number): { node: Inline; length: number } | undefined {
  if (text[index] === '[') {
    LINK.lastIndex = index;
    const match = LINK.exec(text);
    if (!match) return undefined;
    const children = parseInline(match[1]!, false);
    return { node: { kind: 'link', target: match[2]!, children }, length: match[0].length };
  }
  if (text[index] !== 'h' || /\w/.test(text[index - 1] ?? '')) return undefined;
  BARE_ADDRESS.lastIndex = index;
  const target = BARE_ADDRESS.exec(text)?.[0].replace(/[.,;:!?'_]+$/, '');
  if (!target) return undefined;
  return { node: { kind: 'link', target, children: splitFields(target) }, length: target.length };
}

function splitFields(text: string): Inline[] {
  const children: Inline[] = [];
  for (let index = 0; index < text.length; ) {
    const field = readField(text, index);
    if (field) children.push(field.node);
    else addText(children, text[index]!);
    index += field?.length ?? 1;
  }
  return children;
}

function markerAt(text: string, index: number, innermost: string): string | undefined {
  const here = text[index]!;
  if (here !== '*' && here !== '_') return undefined;
  // Of three that close bold italics, the first closes what was opened last.
  if (innermost === here && text.startsWith(here.repeat(3), index)) return here;
  return text[index + 1] === here ? here + here : here;
}

/** Opens or closes an emphasis; `false`: the marker is ordinary text. */
function toggle(spans: Span[], text: string, index: number, marker: string): boolean {
  const before = text[index - 1] ?? ' ';
  const after = text[index + marker.length] ?? ' ';
  const inWord = marker.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
  if (inWord) return false;
  if (!/\s/.test(before) && spans.some((span) => span.marker === marker)) {
    while (spans.at(-1)!.marker !== marker) giveUp(spans);
    const { children } = spans.pop()!;
    spans.at(-1)!.children.push({ kind: marker.length === 2 ? 'strong' : 'emphasis', children });
    return true;
  }
  if (/\s/.test(after) || spans.some((span) => span.marker === marker)) return false;
  spans.push({ marker, children: [] });
  return true;
}

/** An emphasis that was never closed is the text it was typed as. */
function giveUp(spans: Span[]): void {
  const { marker, children } = spans.pop()!;
  const outer = spans.at(-1)!.children;
  addText(outer, marker);
  outer.push(...children);
}

function addText(children: Inline[], text: string): void {
  const last = children.at(-1);
  if (last?.kind === 'text') last.text += text;
  else children.push({ kind: 'text', text });
}

export function markdownToHtml(blocks: readonly Block[], fields: MergeFields): Html[] {
  const inline = (children: Inline[]): Html[] => children.map((child) => inlineToHtml(child, fields));
  return blocks.map((block) => {
    if (block.kind === 'paragraph') return html`<p>${inline(block.children)}</p>\n`;
    const items = block.items.map((item) => html`<li>${inline(item)}</li>`);
    return block.ordered ? html`<ol>${items}</ol>\n` : html`<ul>${items}</ul>\n`;
  });
}

function inlineToHtml(node: Inline, fields: MergeFields): Html {
  switch (node.kind) {
    case 'text':
      return html`${node.text}`;
    case 'break':
      return html`<br>`;
    case 'field':
      return html`${lines(fields(node.name) ?? node.typed)}`;
    default: {
      const children = node.children.map((child) => inlineToHtml(child, fields));
      if (node.kind === 'strong') return html`<strong>${children}</strong>`;
      if (node.kind === 'emphasis') return html`<em>${children}</em>`;
      const target = linkTarget(node.target, fields);
      return target === undefined ? html`${children}` : html`<a href="${target}" rel="noreferrer">${children}</a>`;
    }
  }
}

export function markdownToText(blocks: readonly Block[], fields: MergeFields): string {
  const inline = (children: Inline[]): string => children.map((child) => inlineToText(child, fields)).join('');
  return blocks
    .map((block) =>
      block.kind === 'paragraph'
        ? inline(block.children)
        : block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : '-'} ${inline(item)}`).join('\n'),
    )
    .join('\n\n');
}

function inlineToText(node: Inline, fields: MergeFields): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'break':
      return '\n';
    case 'field':
      return fields(node.name) ?? node.typed;
    default: {
      const text = node.children.map((child) => inlineToText(child, fields)).join('');
      const target = node.kind === 'link' ? linkTarget(node.target, fields)?.replace(/^mailto:/i, '') : undefined;
      return target === undefined || target === text ? text : `${text} (${target})`;
    }
  }
}

/** A value that is the whole target is taken as it is; inside a target it is one part of it, so it is encoded. */
function linkTarget(typed: string, fields: MergeFields): string | undefined {
  const whole = fieldAt(typed, 0);
  const target =
    whole?.typed === typed
      ? (fields(whole.name) ?? typed)
      : fillFields(typed, (name) => {
          const value = fields(name);
          return value === undefined ? undefined : encodeURIComponent(value.toWellFormed());
        });
  if (!URL.canParse(target)) return undefined;
  return /^(https?|mailto):$/.test(new URL(target).protocol) ? target : undefined;
}
