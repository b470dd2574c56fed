/** What is drawn as one piece: enough for a screen on a large display, little enough to draw at once. */
const LINES_PER_BLOCK = 200;
const CHARACTERS_PER_BLOCK = 32_768;

/**
 * Text in pieces that together are the text, each ended by a line break where there is one in reach. The browser lays out
 * only those in sight.
 */
export function splitIntoBlocks(text: string): string[] {
  const blocks: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = start;
    for (let line = 0; line < LINES_PER_BLOCK && end < text.length; line += 1) {
      const next = text.indexOf('\n', end);
      const lineEnd = next < 0 ? text.length : next + 1;
      if (lineEnd - start > CHARACTERS_PER_BLOCK && end > start) break;
      end = lineEnd;
    }
    end = Math.min(end, start + CHARACTERS_PER_BLOCK);
    // Never between the two halves of one character.
    if (end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1]!)) end += 1;
    blocks.push(text.slice(start, end));
    start = end;
  }
  return blocks;
}

/** How many lines a piece takes where a line has room for so many characters. */
export function rowsIn(block: string, columns: number): number {
  let rows = 0;
  for (const line of block.replace(/\n$/, '').split('\n')) rows += Math.max(1, Math.ceil(line.length / columns));
  return rows;
}

/** Beyond this, source is shown with the line breaks that it has. */
const MAX_INDENTED_CHARACTERS = 5 * 1024 * 1024;
const MAX_INDENTATION = 20;

const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/[^>]*>|<(?:[^>"']|"[^"]*"|'[^']*')*>|[^<]+/g;

/**
 * Well-formed XML with each element on a line of its own, indented by depth; text stays where it is, beside its tags when
 * there is nothing but text between them. For reading only: the white space between elements is another.
 */
export function indentXml(source: string): string {
  if (source.length > MAX_INDENTED_CHARACTERS) return source;
  const tokens = source.match(TOKEN) ?? [];
  const lines: string[] = [];
  let depth = 0;
  const add = (text: string) => lines.push('  '.repeat(Math.min(depth, MAX_INDENTATION)) + text);
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    if (token.startsWith('</')) {
      depth = Math.max(0, depth - 1);
      add(token);
    } else if (!/^<[^!?]/.test(token) || token.endsWith('/>')) {
      if (token.trim()) add(token.trim());
    } else {
      const closing = onlyTextUntil(tokens, at + 1);
      if (closing === undefined) {
        add(token);
        depth += 1;
      } else {
        add(tokens.slice(at, closing + 1).join(''));
        at = closing;
      }
    }
  }
  return lines.join('\n');
}

/** Where the end tag is, when there is nothing but text before it. */
function onlyTextUntil(tokens: readonly string[], from: number): number | undefined {
  let at = from;
  while (at < tokens.length && (!tokens[at]!.startsWith('<') || tokens[at]!.startsWith('<![CDATA['))) at += 1;
  return tokens[at]?.startsWith('</') ? at : undefined;
}
