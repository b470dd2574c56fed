import { createHash } from 'node:crypto';
import type { TSchema } from 'typebox';

interface JsonSchema {
  type?: string;
  format?: string;
  contentEncoding?: string;
  default?: unknown;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
}

/**
 * SHA-256 that is equal for two requests that ask an operation for the same: of their canonical form, with the defaults
 * that the schema names, dates cut to whole seconds and base64 by its bytes. The order of members does not matter, that
 * of lists does.
 */
export function requestFingerprint(parts: { schema: TSchema | undefined; value: unknown }[]): Buffer {
  const hash = createHash('sha256');
  for (const { schema, value } of parts) hash.update(comparable((schema ?? {}) as JsonSchema, value)).update('\n');
  return hash.digest();
}

function comparable(schema: JsonSchema, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => comparable(schema.items ?? {}, item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) return comparableObject(schema, value);
  if (typeof value === 'string') return JSON.stringify(comparableText(schema, value));
  return JSON.stringify(value ?? null);
}

function comparableObject(schema: JsonSchema, value: object): string {
  const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const members = new Map<string, string>();
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (member.default !== undefined) members.set(name, comparable(member, member.default));
  }
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) members.set(name, comparable(schema.properties?.[name] ?? others, item));
  }
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function comparableText(schema: JsonSchema, text: string): string {
  if (schema.format === 'date-time') return text.replace(/\.\d+Z$/, 'Z');
  if (schema.contentEncoding !== 'base64') return text;
  const bytes = Buffer.from(text.replace(/^data:[^,]{0,200};base64,/i, ''), 'base64');
  return createHash('sha256').update(bytes).digest('hex');
}
