import type { TSchema } from 'typebox';
import { SeglError } from '../errors/segl-error.ts';
import { parseGuid } from '../ids/uuid.ts';
import { parseInstant } from './date-input.ts';

interface JsonSchema {
  type?: string;
  enum?: string[];
  format?: string;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  'x-aliases'?: Record<string, string>;
}

/** Lower-cased name → canonical name, per object schema; the walk meets the same few schemas again and again. */
const namesOf = new WeakMap<object, Map<string, string>>();

function canonicalNames(properties: Record<string, JsonSchema>): Map<string, string> {
  let names = namesOf.get(properties);
  if (!names) {
    names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
    namesOf.set(properties, names);
  }
  return names;
}

/**
 * The input in the one form that validation, operations and fingerprints see: canonical member names, canonical enum
 * spelling, numbers and booleans out of their string forms, dates in UTC, GUIDs with dashes; `null` and unknown members
 * dropped. What cannot be brought into form is left as it is, for validation to name.
 */
export function canonicalInput(schema: TSchema, value: unknown): unknown {
  return walk(schema as JsonSchema, value);
}

function walk(schema: JsonSchema, value: unknown): unknown {
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? canonicalObject(schema, value) : value;
    case 'array':
      return Array.isArray(value) && schema.items ? value.map((item) => walk(schema.items!, item)) : value;
    case 'string':
      return typeof value === 'string' ? canonicalString(schema, value) : value;
    case 'integer':
    case 'number':
      return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
    case 'boolean':
      return typeof value === 'string' ? canonicalBoolean(value) : value;
    default:
      return value;
  }
}

function canonicalObject(schema: JsonSchema, value: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (!schema.properties) {
    const element = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    for (const [key, item] of Object.entries(value)) define(result, key, walk(element, item));
    return result;
  }
  const names = canonicalNames(schema.properties);
  for (const [given, item] of Object.entries(value)) {
    const name = names.get(given.toLowerCase());
    if (name === undefined || item === null || item === undefined) continue;
    if (Object.hasOwn(result, name)) {
      throw new SeglError(400, 'invalid_json', `The member "${name}" is given twice, in different spellings.`, {
        errors: [{ field: name, code: 'duplicate', message: 'Given twice.' }],
      });
    }
    define(result, name, walk(schema.properties[name]!, item));
  }
  return result;
}

/** Plain assignment to `__proto__` would change the object's prototype instead of adding a member. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') return;
  target[key] = value;
}

function canonicalString(schema: JsonSchema, value: string): unknown {
  if (schema.enum) {
    const wanted = value.trim().toLowerCase();
    const found = schema.enum.find((one) => one.toLowerCase() === wanted);
    if (found !== undefined) return found;
    for (const [alias, canonical] of Object.entries(schema['x-aliases'] ?? {})) {
      if (alias.toLowerCase() === wanted) return canonical;
    }
    return value;
  }
  if (schema.format === 'date-time') return parseInstant(value)?.toISOString() ?? value;
  if (schema.format === 'uuid') return parseGuid(value) ?? value;
  return value;
}

function canonicalBoolean(value: string): unknown {
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
