/** The value of a merge field; `undefined` for a name that is not known. */
export type MergeFields = (name: string) => string | undefined;

/** `{name}`, sticky so that a parser can try it at its place. */
const FIELD = /\{([^{}\r\n]{1,200})\}/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * Built-in values and the account's own ones, which have keys with or without braces. Built-in ones win. Values are
 * plain text: whoever puts them into markup escapes them.
 */
export function mergeFields(builtIn: Record<string, string>, own: Readonly<Record<string, string>>): MergeFields {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(own)) values.set(key.replace(/^\{(.*)\}$/s, '$1'), value);
  for (const [key, value] of Object.entries(builtIn)) values.set(key, value);
  return (name) => values.get(name)?.replace(CONTROL, '');
}

/** The field that begins at `index`, if one does. */
export function fieldAt(text: string, index: number): { name: string; typed: string } | undefined {
  FIELD.lastIndex = index;
  const match = FIELD.exec(text);
  return match ? { name: match[1]!, typed: match[0] } : undefined;
}

/** Replaces the known fields of a plain text; unknown ones stay as typed. */
export function fillFields(text: string, fields: MergeFields): string {
  return text.replace(/\{([^{}\r\n]{1,200})\}/g, (typed, name: string) => fields(name) ?? typed);
}
