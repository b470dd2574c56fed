import type { IncomingHttpHeaders } from 'node:http';
import type { TSchema } from 'typebox';

interface JsonSchema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: JsonSchema | boolean;
  /** The member's name in camelCase, where it does not follow from the other one. */
  'x-camel-name'?: string;
}

/**
 * The schema of an answer in a group with PascalCase names: members that the operation may leave out are always there,
 * `null` when they have no value.
 */
export function pascalSchema(schema: TSchema): TSchema {
  return withNullableMembers(schema as JsonSchema) as TSchema;
}

function withNullableMembers(schema: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties } = schema;
  if (properties) {
    const required = new Set(schema.required);
    const members = Object.entries(properties).map(([name, member]) => {
      const whole = withNullableMembers(member);
      return [name, required.has(name) ? whole : orNull(whole)] as const;
    });
    const names = Object.keys(properties);
    return { ...schema, properties: Object.fromEntries(members), ...(names.length > 0 ? { required: names } : {}) };
  }
  if (items) return { ...schema, items: withNullableMembers(items) };
  if (typeof additionalProperties === 'object') {
    return { ...schema, additionalProperties: withNullableMembers(additionalProperties) };
  }
  return schema;
}

/** A schema without a type allows every value, `null` too. */
function orNull(schema: JsonSchema): JsonSchema {
  if (schema.type === undefined) return schema;
  return { ...schema, type: [schema.type, 'null'].flat(), ...(schema.enum ? { enum: [...schema.enum, null] } : {}) };
}

/** The answer with `null` for every declared member without a value; members that are not declared are left out. */
export function pascalBody(schema: TSchema, body: unknown): unknown {
  return declaredMembers(schema as JsonSchema, body, (name) => name);
}

/** The same with camelCase names. Keys of dictionaries stay as they are. */
export function camelBody(schema: TSchema, body: unknown): unknown {
  return declaredMembers(schema as JsonSchema, body, (name, member) => member['x-camel-name'] ?? camelName(name));
}

function declaredMembers(
  schema: JsonSchema,
  value: unknown,
  nameOf: (name: string, member: JsonSchema) => string,
): unknown {
  if (Array.isArray(value)) return value.map((item) => declaredMembers(schema.items ?? {}, item, nameOf));
  if (typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, member]) => [
        nameOf(name, member),
        declaredMembers(member, given[name] ?? null, nameOf),
      ]),
    );
  }
  const element = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, declaredMembers(element, item, nameOf)]));
}

/** `ClientId` → `clientId`, `OK` → `ok`, `IPAddress` → `ipAddress`: capitals up to the one that begins a word. */
export function camelName(name: string): string {
  const capitals = /^[A-Z]*/.exec(name)![0].length;
  const lowered = capitals > 1 && capitals < name.length ? capitals - 1 : capitals;
  return name.slice(0, lowered).toLowerCase() + name.slice(lowered);
}

/** A body's `ClientSecrets[0].Value` as errors name it, in camelCase; what is no member of the body stays as it is. */
export function camelField(schema: TSchema, field: string): string {
  let at: JsonSchema | undefined = schema as JsonSchema;
  return field.replace(/[^.[\]]+/g, (part) => {
    const parent = at;
    if (/^\d+$/.test(part) && parent?.items) {
      at = parent.items;
      return part;
    }
    at = parent?.properties?.[part];
    return at ? (at['x-camel-name'] ?? camelName(part)) : part;
  });
}

/**
 * Whether the caller reads camelCase names only: it says so, or it is the one client library that does. That one is
 * known by a bare version number where others name themselves.
 */
export function readsCamelCase(headers: IncomingHttpHeaders | Record<string, string | string[] | undefined>): boolean {
  const wanted = [headers['x-segl-json-case']].flat()[0];
  if (wanted !== undefined) return wanted.trim().toLowerCase() === 'camel';
  return /^\s*\d+(\.\d+)+([-.][\w.]+)?\s*$/.test([headers['x-idfy-sdk']].flat()[0] ?? '');
}
