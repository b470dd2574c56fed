import { readFile } from 'node:fs/promises';

/**
 * Finds what would break callers of an older version: `node scripts/check-compatibility.ts OLD.json NEW.json` prints
 * one line per breaking change and ends with 1 when there is any. Additions are fine, as callers must ignore members
 * that they do not know.
 */
export type ChangeKind =
  | 'path-removed'
  | 'verb-removed'
  | 'parameter-removed'
  | 'parameter-required'
  | 'body-removed'
  | 'body-required'
  | 'member-removed'
  | 'member-required'
  | 'member-optional'
  | 'type-changed'
  | 'restriction-narrowed'
  | 'enum-value-removed'
  | 'enum-value-added'
  | 'default-changed'
  | 'status-removed'
  | 'media-type-removed'
  | 'scope-added';

export interface BreakingChange {
  kind: ChangeKind;
  /** Operation and place: `POST /signature/documents, request, signers[].order`. */
  where: string;
  what: string;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  [keyword: string]: unknown;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  deprecated?: boolean;
  'x-sunset'?: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses?: Record<string, Content>;
}

export interface OpenApi {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** A request may only widen, an answer may only narrow. */
type Direction = 'request' | 'response';

interface Comparison {
  before: OpenApi;
  after: OpenApi;
  changes: BreakingChange[];
  /** Pairs of references that are being compared, so that schemas that contain themselves end. */
  open: Set<string>;
}

/**
 * Every change from `before` to `after` that breaks a caller of `before`. An operation that was deprecated and whose
 * sunset lies before `now` may be gone.
 */
export function breakingChanges(before: OpenApi, after: OpenApi, now = new Date()): BreakingChange[] {
  const comparison: Comparison = { before, after, changes: [], open: new Set() };
  const paths = new Map(Object.entries(after.paths ?? {}).map(([path, verbs]) => [pathKey(path), verbs]));
  for (const [path, verbs] of Object.entries(before.paths ?? {})) {
    const found = paths.get(pathKey(path));
    const missing = Object.entries(verbs).filter(([verb, operation]) => !found?.[verb] && !isSunset(operation, now));
    if (!found) {
      if (missing.length > 0) add(comparison, 'path-removed', path, 'the path is gone');
      continue;
    }
    for (const [verb] of missing) add(comparison, 'verb-removed', path, `${verb.toUpperCase()} is gone`);
    for (const [verb, operation] of Object.entries(verbs)) {
      const next = found[verb];
      if (next) compareOperations(comparison, `${verb.toUpperCase()} ${path}`, operation, next);
    }
  }
  return comparison.changes;
}

/** Names of path parameters and the case of segments mean nothing to a caller. */
function pathKey(path: string): string {
  return path.toLowerCase().replace(/\{[^}]*\}/g, '{}');
}

function isSunset(operation: Operation, now: Date): boolean {
  const sunset = operation['x-sunset'];
  return operation.deprecated === true && sunset !== undefined && new Date(sunset) <= now;
}

function add(comparison: Comparison, kind: ChangeKind, where: string, what: string): void {
  comparison.changes.push({ kind, where, what });
}

function compareOperations(comparison: Comparison, where: string, before: Operation, after: Operation): void {
  compareScopes(comparison, where, before.security ?? [], after.security ?? []);
  compareParameters(comparison, where, before.parameters ?? [], after.parameters ?? []);
  compareBodies(comparison, where, before, after);
  for (const [status, answer] of Object.entries(before.responses ?? {})) {
    const next = after.responses?.[status];
    const place = `${where}, answer ${status}`;
    if (!next) add(comparison, 'status-removed', place, 'the status is gone');
    else compareContents(comparison, place, answer, next, 'response');
  }
}

/** Each way in which a caller got in before must still be enough. */
function compareScopes(
  comparison: Comparison,
  where: string,
  before: Record<string, string[]>[],
  after: Record<string, string[]>[],
): void {
  if (after.length === 0) return;
  const needs = (way: Record<string, string[]>) => Object.entries(way).flatMap(([key, scopes]) => [key, ...scopes]);
  for (const way of before.length === 0 ? [{}] : before) {
    const has = new Set(needs(way));
    if (after.some((next) => needs(next).every((need) => has.has(need)))) continue;
    add(comparison, 'scope-added', where, `${[...has].join(' ') || 'no token'} is not enough any more`);
  }
}

function compareParameters(comparison: Comparison, where: string, before: Parameter[], after: Parameter[]): void {
  // Path parameters go by their position: their names are not on the wire.
  const keyed = (list: Parameter[]) => {
    let position = 0;
    return new Map(
      list.map((one) => [one.in === 'path' ? `path ${position++}` : `${one.in} ${one.name.toLowerCase()}`, one]),
    );
  };
  const [old, next] = [keyed(before), keyed(after)];
  for (const [key, parameter] of old) {
    const found = next.get(key);
    const place = `${where}, parameter ${parameter.name}`;
    if (!found) add(comparison, 'parameter-removed', place, 'the parameter is gone');
    else if (found.required && !parameter.required) add(comparison, 'parameter-required', place, 'is now required');
    if (found) compareSchemas(comparison, place, parameter.schema ?? {}, found.schema ?? {}, 'request');
  }
  for (const [key, parameter] of next) {
    if (parameter.required && !old.has(key)) {
      add(comparison, 'parameter-required', `${where}, parameter ${parameter.name}`, 'is new and required');
    }
  }
}

function compareBodies(comparison: Comparison, where: string, before: Operation, after: Operation): void {
  const place = `${where}, request`;
  if (before.requestBody && !after.requestBody) add(comparison, 'body-removed', place, 'the body is gone');
  if (after.requestBody?.required && !before.requestBody?.required) {
    add(comparison, 'body-required', place, 'a body is now required');
  }
  if (before.requestBody && after.requestBody) {
    compareContents(comparison, place, before.requestBody, after.requestBody, 'request');
  }
}

function compareContents(
  comparison: Comparison,
  where: string,
  before: Content,
  after: Content,
  direction: Direction,
): void {
  for (const [mediaType, { schema }] of Object.entries(before.content ?? {})) {
    const next = after.content?.[mediaType];
    if (!next) add(comparison, 'media-type-removed', where, `${mediaType} is gone`);
    else compareSchemas(comparison, where, schema ?? {}, next.schema ?? {}, direction);
  }
}

function compareSchemas(
  comparison: Comparison,
  where: string,
  before: Schema,
  after: Schema,
  direction: Direction,
): void {
  const key = `${before.$ref} ${after.$ref} ${direction}`;
  const named = before.$ref !== undefined && after.$ref !== undefined;
  if (named && comparison.open.has(key)) return;
  if (named) comparison.open.add(key);
  const [old, next] = [resolved(comparison.before, before), resolved(comparison.after, after)];
  compareTypes(comparison, where, old, next, direction);
  compareEnums(comparison, where, old, next, direction);
  if (direction === 'request') {
    compareRestrictions(comparison, where, old, next);
    if (JSON.stringify(old.default) !== JSON.stringify(next.default)) {
      const what = `${JSON.stringify(old.default) ?? 'none'} became ${JSON.stringify(next.default) ?? 'none'}`;
      add(comparison, 'default-changed', where, what);
    }
  }
  compareMembers(comparison, where, old, next, direction);
  if (old.items && next.items) compareSchemas(comparison, `${where}[]`, old.items, next.items, direction);
  compareChoices(comparison, where, old, next, direction);
  if (named) comparison.open.delete(key);
}

function resolved(document: OpenApi, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('#/components/schemas/', '');
  const found = document.components?.schemas?.[name];
  if (!found) throw new Error(`${schema.$ref} is not in the document`);
  return found;
}

function compareTypes(comparison: Comparison, where: string, old: Schema, next: Schema, direction: Direction): void {
  const types = (schema: Schema) => (schema.type === undefined ? undefined : [schema.type].flat());
  const [given, taken] = direction === 'request' ? [types(old), types(next)] : [types(next), types(old)];
  // No type is every type: fine to take, not fine to answer all of a sudden.
  if (taken === undefined) return;
  const covers = (type: string) => taken.includes(type) || (type === 'integer' && taken.includes('number'));
  if (given?.every(covers)) return;
  add(comparison, 'type-changed', where, `${types(old) ?? 'any type'} became ${types(next) ?? 'any type'}`);
}

function compareEnums(comparison: Comparison, where: string, old: Schema, next: Schema, direction: Direction): void {
  const texts = (values: unknown[]) => values.map((value) => JSON.stringify(value));
  if (direction === 'request') {
    if (!next.enum) return;
    if (!old.enum) add(comparison, 'restriction-narrowed', where, 'only listed values are taken now');
    const taken = texts(next.enum);
    const gone = texts(old.enum ?? []).filter((value) => !taken.includes(value));
    if (gone.length > 0) add(comparison, 'enum-value-removed', where, `${gone.join(', ')} is not taken any more`);
    return;
  }
  if (!old.enum) return;
  const added = next.enum ? texts(next.enum).filter((value) => !texts(old.enum!).includes(value)) : ['any value'];
  if (added.length > 0) add(comparison, 'enum-value-added', where, `${added.join(', ')} may be answered now`);
}

const LOWER_LIMITS = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties'];
const UPPER_LIMITS = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties'];
const FORMS = ['pattern', 'format', 'multipleOf', 'uniqueItems', 'contentEncoding', 'const'];

function compareRestrictions(comparison: Comparison, where: string, old: Schema, next: Schema): void {
  const narrowed = (keyword: string) =>
    add(comparison, 'restriction-narrowed', where, `${keyword}: ${old[keyword] ?? 'none'} became ${next[keyword]}`);
  for (const keyword of LOWER_LIMITS) {
    const limit = next[keyword] as number | undefined;
    if (limit !== undefined && limit > ((old[keyword] as number | undefined) ?? restsAt(keyword))) narrowed(keyword);
  }
  for (const keyword of UPPER_LIMITS) {
    const limit = next[keyword] as number | undefined;
    if (limit !== undefined && limit < ((old[keyword] as number | undefined) ?? Number.POSITIVE_INFINITY)) {
      narrowed(keyword);
    }
  }
  // Whether one pattern takes all that another took cannot be told: any new form counts as narrower.
  for (const keyword of FORMS) {
    if (next[keyword] !== undefined && next[keyword] !== false && next[keyword] !== old[keyword]) narrowed(keyword);
  }
  if (next.additionalProperties === false && old.additionalProperties !== false) narrowed('additionalProperties');
}

/** What a missing lower limit means: nothing is shorter than nothing. */
function restsAt(keyword: string): number {
  return keyword.endsWith('nimum') ? Number.NEGATIVE_INFINITY : 0;
}

function compareMembers(comparison: Comparison, where: string, old: Schema, next: Schema, direction: Direction): void {
  const member = (name: string) =>
    `${where}${where.includes(', request') || where.includes(', answer') ? '' : ','} ${name}`;
  const [before, after] = [old.properties ?? {}, next.properties ?? {}];
  const [had, has] = [new Set(old.required), new Set(next.required)];
  for (const [name, schema] of Object.entries(before)) {
    const found = after[name];
    if (!found) {
      add(comparison, 'member-removed', member(name), 'the member is gone');
      continue;
    }
    if (direction === 'request' && has.has(name) && !had.has(name)) {
      add(comparison, 'member-required', member(name), 'is now required');
    }
    if (direction === 'response' && had.has(name) && !has.has(name)) {
      add(comparison, 'member-optional', member(name), 'was always there and may now be missing');
    }
    compareSchemas(comparison, member(name), schema, found, direction);
  }
  if (direction === 'request') {
    for (const name of has) {
      if (!before[name]) add(comparison, 'member-required', member(name), 'is new and required');
    }
  }
  if (typeof old.additionalProperties === 'object' && typeof next.additionalProperties === 'object') {
    compareSchemas(comparison, member('*'), old.additionalProperties, next.additionalProperties, direction);
  }
}

/** Alternatives are compared by position: reordering them is a change that somebody should look at. */
function compareChoices(comparison: Comparison, where: string, old: Schema, next: Schema, direction: Direction): void {
  for (const keyword of ['oneOf', 'anyOf', 'allOf'] as const) {
    const [before, after] = [old[keyword] ?? [], next[keyword] ?? []];
    const [fewer, more] = [after.length < before.length, after.length > before.length];
    const widensAnswer = direction === 'response' && more && keyword !== 'allOf' && before.length > 0;
    const narrowsRequest = direction === 'request' && (keyword === 'allOf' ? more : fewer && after.length > 0);
    if (widensAnswer || narrowsRequest)
      add(comparison, 'type-changed', where, `the alternatives of ${keyword} changed`);
    for (const [index, schema] of before.entries()) {
      const found = after[index];
      if (found) compareSchemas(comparison, where, schema, found, direction);
    }
  }
}

if (import.meta.main) {
  const [oldFile, newFile] = process.argv.slice(2);
  if (!oldFile || !newFile) {
    console.error('usage: node scripts/check-compatibility.ts OLD.json NEW.json');
    process.exit(2);
  }
  const [before, after] = await Promise.all(
    [oldFile, newFile].map(async (file) => JSON.parse(await readFile(file, 'utf8')) as OpenApi),
  );
  const changes = breakingChanges(before!, after!);
  for (const { kind, where, what } of changes) console.log(`${kind}  ${where}: ${what}`);
  console.log(changes.length === 0 ? 'No breaking change.' : `${changes.length} breaking changes.`);
  process.exit(changes.length > 0 ? 1 : 0);
}
