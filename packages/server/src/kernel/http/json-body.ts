import { SeglError } from '../errors/segl-error.ts';
import { firstJsonFault } from './json-fault.ts';

const MAX_NESTING = 32;
/** More members and items than any request of the API has; each costs memory many times its size in the body. */
const MAX_VALUES = 50_000;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON value of a request body, `null` for an empty one. One comma too many before `}` or `]` is tolerated, since
 * published samples have it. Throws 400 `invalid_encoding` for bytes that are not UTF-8 and 400 `invalid_json`, with
 * line and column but never with content, for anything that is not JSON, for a member name given twice in an object,
 * for nesting over 32 and for more than 50 000 values.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new SeglError(400, 'invalid_encoding', 'The request body is not valid UTF-8.', {
      errors: [{ field: '', code: 'format', message: 'Not UTF-8.' }],
    });
  }
  if (text.trim() === '') return null;
  const commas = strayCommas(text);
  try {
    return JSON.parse(commas.length === 0 ? text : blanked(text, commas));
  } catch {
    throw invalidJson(text, firstJsonFault(blanked(text, commas)), 'is not valid JSON');
  }
}

/**
 * Walks over the text once, jumping over strings, and refuses what `JSON.parse` would accept. It may misread a text
 * that is no JSON, which `JSON.parse` then refuses; where that accepts, this has read every string and name right.
 * Returns the places of the commas to be tolerated.
 */
function strayCommas(text: string): number[] {
  const commas: number[] = [];
  /** Names of each open object; `undefined` for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let before: 'open' | 'comma' | 'colon' | 'value' = 'open';
  let commaAt = -1;
  let values = 0;
  const count = (at: number): void => {
    if (++values > MAX_VALUES) throw invalidJson(text, at, `has more than ${MAX_VALUES} values`);
  };
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x20: // blank
      case 0x09:
      case 0x0a:
      case 0x0d:
        break;
      case 0x22: {
        // "
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (names && (before === 'open' || before === 'comma')) addName(names, text, at, end);
        at = end;
        before = 'value';
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        count(at);
        if (open.length === MAX_NESTING) throw invalidJson(text, at, `is nested deeper than ${MAX_NESTING}`);
        open.push(text[at] === '{' ? new Set() : undefined);
        before = 'open';
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (before === 'comma' && commaAt >= 0) commas.push(commaAt);
        open.pop();
        before = 'value';
        break;
      case 0x2c: // ,
        count(at);
        commaAt = before === 'value' ? at : -1;
        before = 'comma';
        break;
      case 0x3a: // :
        before = 'colon';
        break;
      default:
        before = 'value';
    }
  }
  return commas;
}

/** The place of the closing quote; the last character when there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length - 1 : end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

function addName(names: Set<string>, text: string, start: number, end: number): void {
  let name = text.slice(start + 1, end);
  if (name.includes('\\')) {
    try {
      name = JSON.parse(`"${name}"`) as string;
    } catch {
      // No JSON, as `JSON.parse` of the whole will find.
      return;
    }
  }
  if (names.has(name)) throw invalidJson(text, start, 'has a member name twice in one object');
  names.add(name);
}

function blanked(text: string, places: readonly number[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const at of places) {
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  parts.push(text.slice(from));
  return parts.join(' ');
}

function invalidJson(text: string, at: number, what: string): SeglError {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) {
    line++;
    lineStart = end + 1;
  }
  const message = `The request body ${what} (line ${line}, column ${at - lineStart + 1}).`;
  return new SeglError(400, 'invalid_json', message, { errors: [{ field: '', code: 'format', message }] });
}
