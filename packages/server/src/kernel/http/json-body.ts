import { SeglError } from '../errors/segl-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON value of a request body; an empty body and `null` count as `{}`. Throws 400 `invalid_encoding` for bytes
 * that are not UTF-8 and 400 `invalid_json` with line and column, never with the content.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new SeglError(400, 'invalid_encoding', 'The request body is not valid UTF-8.', {
      cause,
      errors: [{ field: '', code: 'format', message: 'Not UTF-8.' }],
    });
  }
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) ?? {};
  } catch (cause) {
    const where = position(text, cause instanceof Error ? cause.message : '');
    throw new SeglError(400, 'invalid_json', `The request body is not valid JSON${where}.`, {
      errors: [{ field: '', code: 'format', message: 'Not JSON.' }],
    });
  }
}

function position(text: string, engineMessage: string): string {
  const offset = /position (\d+)/.exec(engineMessage)?.[1];
  if (offset === undefined) return '';
  const before = text.slice(0, Number(offset));
  const line = before.split('\n').length;
  return ` (line ${line}, column ${before.length - before.lastIndexOf('\n')})`;
}
