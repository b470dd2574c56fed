import Type, { type Static, type TSchema, type TUnsafe } from 'typebox';

/**
 * Text out of a closed list, matched without regard to case and blanks, answered in the canonical spelling.
 * `aliases` are further accepted spellings and what they stand for; `otherNames` are further names of the member itself.
 */
export function stringEnum<const Values extends readonly string[]>(
  values: Values,
  options: {
    description?: string;
    aliases?: Record<string, Values[number]>;
    otherNames?: readonly string[];
    default?: Values[number];
  } = {},
): TUnsafe<Values[number]> {
  const { aliases, otherNames, ...rest } = options;
  return Type.Unsafe<Values[number]>({
    type: 'string',
    enum: [...values],
    ...rest,
    ...(aliases ? { 'x-aliases': aliases } : {}),
    ...(otherNames ? { 'x-other-names': otherNames } : {}),
  });
}

/** An instant. Input in every accepted form becomes ISO 8601 in UTC with three fractional digits. */
export const DateTime = (options: { description?: string } = {}): TUnsafe<string> =>
  Type.Unsafe<string>({ type: 'string', format: 'date-time', ...options });

/** A GUID; input without dashes, in braces or in upper case becomes lower case with dashes. */
export const Guid = (options: { description?: string } = {}): TUnsafe<string> =>
  Type.Unsafe<string>({ type: 'string', format: 'uuid', ...options });

/** Text with a length counted in Unicode code points. `otherNames` are further names of the member itself. */
export const Text = ({
  otherNames,
  ...options
}: {
  description?: string;
  minLength?: number;
  maxLength?: number;
  format?: string;
  otherNames?: readonly string[];
} = {}) => Type.String({ ...options, ...(otherNames ? { 'x-other-names': otherNames } : {}) });

/** Bytes in base64, standard or URL-safe. Decoded by the operation. */
export const Base64 = (options: { description?: string } = {}): TUnsafe<string> =>
  Type.Unsafe<string>({ type: 'string', contentEncoding: 'base64', ...options });

/** Stands for a secret in answers, and sent back for "keep it". */
export const MASK = '********';

/** Keys chosen by the caller: kept exactly as they are. */
export const Dictionary = <Value extends TSchema>(value: Value, options: { description?: string } = {}) =>
  Type.Unsafe<Record<string, Static<Value>>>({ type: 'object', additionalProperties: value, ...options });
