import type { TSchema } from 'typebox';
import { SeglError } from '../errors/segl-error.ts';
import { parseGuid } from '../ids/uuid.ts';
import { parseInstant, parseQueryInstant } from './date-input.ts';

/** Where a value comes from: queries know further spellings of dates and booleans. */
export type InputPlace = 'body' | 'query' | 'path';

/** A merge patch is a body in which `null` says something. */
type WalkedPlace = InputPlace | 'merge-patch';

interface JsonSchema {
  /** A list where `null` is a value too. */
  type?: string | readonly string[];
  enum?: string[];
  format?: string;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  'x-aliases'?: Record<string, string>;
  'x-other-names'?: readonly string[];
}

/** Lower-cased name → canonical name, per object schema; the walk meets the same few schemas again and again. */
const namesOf = new WeakMap<object, Map<string, string>>();

/** The names of an object schema's members in lower case, other spellings included, and what each stands for. */
export function canonicalNames(schema: TSchema): ReadonlyMap<string, string> {
  return namesOfProperties((schema as JsonSchema).properties ?? {});
}

function namesOfProperties(properties: Record<string, JsonSchema>): Map<string, string> {
  let names = namesOf.get(properties);
  if (!names) {
    names = new Map(
      Object.entries(properties).flatMap(([name, schema]) =>
        [name, ...(schema['x-other-names'] ?? [])].map((one): [string, string] => [one.toLowerCase(), name]),
      ),
    );
    namesOf.set(properties, names);
  }
  return names;
}

/**
 * The input in the one form that validation, operations and fingerprints see: canonical member names, canonical enum
 * spelling, numbers and booleans out of their string forms, dates in UTC, GUIDs with dashes, a single value as the list
 * that is asked for; unknown members dropped, `null` too unless it is kept because it means "remove". What cannot be brought into form is left as it is, for
 * validation to name. Throws 400 `invalid_json` for two members whose names differ only in case.
 */
export function canonicalInput(
  schema: TSchema,
  value: unknown,
  place: InputPlace = 'body',
  { keepNulls = false }: { keepNulls?: boolean } = {},
): unknown {
  return walk(schema as JsonSchema, value, keepNulls ? 'merge-patch' : place);
}

function walk(schema: JsonSchema, value: unknown, place: WalkedPlace): unknown {
  switch (typeof schema.type === 'object' ? schema.type.find((one) => one !== 'null') : schema.type) {
    case 'object':
      return isRecord(value) ? canonicalObject(schema, value, place) : value;
    case 'array': {
      const items = schema.items;
      if (!items) return value;
      return Array.isArray(value) ? value.map((item) => walk(items, item, place)) : [walk(items, value, place)];
    }
    case 'string':
      return typeof value === 'string' ? canonicalString(schema, value, place) : value;
    case 'integer':
    case 'number':
      return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
    case 'boolean':
      return typeof value === 'string' ? canonicalBoolean(value, place) : value;
    default:
      return value;
  }
}

function canonicalObject(
  schema: JsonSchema,
  value: Record<string, unknown>,
  place: WalkedPlace,
): Record<string, unknown> {
  if (!schema.properties) return canonicalDictionary(schema, value, place);
  const result: Record<string, unknown> = {};
  const names = namesOfProperties(schema.properties);
  const seen = new Set<string>();
  for (const [given, item] of Object.entries(value)) {
    const lower = given.toLowerCase();
    const name = names.get(lower);
    if (seen.has(name ?? lower)) throw givenTwice(name);
    seen.add(name ?? lower);
    if (name === undefined || item === undefined) continue;
    if (item === null && place !== 'merge-patch') continue;
    result[name] = item === null ? null : walk(schema.properties[name]!, item, place);
  }
  return result;
}

/**
 * Keys chosen by the caller stay as they are. The result has no prototype, so that a key such as `__proto__` is a key
 * and `constructor` is there only when it was given. A key without a value counts only where the schema allows `null`.
 */
function canonicalDictionary(
  schema: JsonSchema,
  value: Record<string, unknown>,
  place: WalkedPlace,
): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  const element = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  for (const [key, item] of Object.entries(value)) {
    if (item === null && element.type !== undefined && !element.type.includes('null') && place !== 'merge-patch')
      continue;
    result[key] = item === null ? null : walk(element, item, place);
  }
  return result;
}

function givenTwice(name: string | undefined): SeglError {
  const field = name ?? '';
  const which = name === undefined ? 'A member' : `The member "${name}"`;
  return new SeglError(400, 'invalid_json', `${which} is given twice, in different spellings.`, {
    errors: [{ field, code: 'duplicate', message: 'Given twice.' }],
  });
}

function canonicalString(schema: JsonSchema, value: string, place: WalkedPlace): unknown {
  if (schema.enum) {
    const wanted = value.trim().toLowerCase();
    const found = schema.enum.find((one) => one.toLowerCase() === wanted);
    if (found !== undefined) return found;
    for (const [alias, canonical] of Object.entries(schema['x-aliases'] ?? {})) {
      if (alias.toLowerCase() === wanted) return canonical;
    }
    return value;
  }
  if (schema.format === 'date-time') {
    const instant = place === 'query' ? parseQueryInstant(value) : parseInstant(value);
    return instant?.toISOString() ?? value;
  }
  if (schema.format === 'uuid') return parseGuid(value) ?? value;
  return value;
}

function canonicalBoolean(value: string, place: WalkedPlace): unknown {
  const word = value.trim().toLowerCase();
  if (word === 'true' || (place === 'query' && word === '1')) return true;
  if (word === 'false' || (place === 'query' && word === '0')) return false;
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
