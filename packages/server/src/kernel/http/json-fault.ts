const BLANKS = /[\t\n\r ]*/y;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not have them
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** What may come next: a value, a value or `]`, a name, a name or `}`, and so on; `end` after the whole value. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or close' | 'end';

/**
 * Where a text stops being JSON (RFC 8259), as an index; its length when it only ends too early. Asked after
 * `JSON.parse` has refused the text, because the engine does not always say where.
 */
export function firstJsonFault(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const afterValue = (): Expected => (open.length === 0 ? 'end' : ', or close');

  for (;;) {
    at = matchEnd(BLANKS, text, at) ?? at;
    const char = text[at];
    if (char === undefined) return text.length;
    const isClose = char === (open.at(-1) === '{' ? '}' : ']');
    if ((expected === ', or close' || expected === 'value or ]' || expected === 'name or }') && isClose) {
      open.pop();
      expected = afterValue();
      at++;
    } else if (expected === ', or close' && char === ',') {
      expected = open.at(-1) === '{' ? 'name' : 'value';
      at++;
    } else if (expected === ':' && char === ':') {
      expected = 'value';
      at++;
    } else if (expected === 'name' || expected === 'name or }') {
      if (char !== '"') return at;
      const { end, complete } = stringEnd(text, at);
      if (!complete) return end;
      at = end;
      expected = ':';
    } else if (expected === 'value' || expected === 'value or ]') {
      if (char === '{' || char === '[') {
        open.push(char);
        expected = char === '{' ? 'name or }' : 'value or ]';
        at++;
      } else if (char === '"') {
        const { end, complete } = stringEnd(text, at);
        if (!complete) return end;
        at = end;
        expected = afterValue();
      } else {
        const end = matchEnd(LITERAL, text, at);
        if (end === undefined) return at;
        at = end;
        expected = afterValue();
      }
    } else {
      return at;
    }
  }
}

/** The place behind a string, or of the first character that does not belong into one. */
function stringEnd(text: string, start: number): { end: number; complete: boolean } {
  let at = start + 1;
  for (;;) {
    at = matchEnd(PLAIN_CHARACTERS, text, at) ?? at;
    if (text[at] === '"') return { end: at + 1, complete: true };
    const escaped = matchEnd(ESCAPE, text, at);
    if (escaped === undefined) return { end: at, complete: false };
    at = escaped;
  }
}

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
