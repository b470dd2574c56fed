import { isDeepStrictEqual } from 'node:util';
import type { TSchema } from 'typebox';
import { MASK } from '../contract/primitives.ts';
import type { FieldError } from '../errors/segl-error.ts';
import { canonicalInput } from './canonical-input.ts';
import { unprintableText, validationFailed, violations } from './validation.ts';

const MERGE_PATCH = /^application\/merge-patch\+json\s*(;|$)/i;

/** What a `PATCH` asks for, whatever its content type: RFC 7396, absent is unchanged and `null` removes. */
export type MergePatch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Member in keyof T]?: MergePatch<T[Member]> | null }
    : T;

/**
 * The body of a `PATCH` as a merge patch in canonical form. As `application/json` it says less than it seems to: clients
 * send `null` and `[]` for whatever they did not touch, so both are left out. As `application/merge-patch+json` it means
 * what RFC 7396 says. `complete` is the schema of the whole thing that is updated: what it requires cannot be removed.
 */
export function mergePatchOf(
  request: { body: unknown; contentType: string | undefined },
  schemas: { given: TSchema; complete: TSchema | undefined },
  errors: FieldError[],
): unknown {
  const body = request.body ?? {};
  if (!MERGE_PATCH.test(request.contentType ?? '')) {
    const patch = withoutEmptyLists(canonicalInput(schemas.given, body));
    errors.push(...unprintableText(schemas.given, patch), ...violations(schemas.given, patch));
    return patch;
  }
  const patch = canonicalInput(schemas.given, body, 'body', { keepNulls: true });
  const removed = new Set<string>();
  const kept = withoutNulls(patch, '', removed);
  errors.push(...unprintableText(schemas.given, kept), ...violations(schemas.given, kept));
  for (const error of violations(schemas.complete ?? schemas.given, kept)) {
    // What is merely not mentioned stays, so it is not missing.
    if (error.code === 'required' && !removed.has(error.field)) continue;
    if (!errors.some((one) => one.field === error.field && one.code === error.code)) errors.push(error);
  }
  return patch;
}

/**
 * What is stored, merged with a patch: objects and dictionaries member by member, lists as a whole. A mask sent back
 * for a secret keeps it. `stored` shows secrets as masks; so does what is answered, where they are kept. Throws 400
 * `validation_failed` when the outcome is not valid, and for a mask where there is no secret.
 */
export function applyMergePatch<T extends object>(
  stored: T,
  patch: MergePatch<NoInfer<T>>,
  complete: TSchema,
): { updated: T; changed: boolean } {
  const before = asJson(stored);
  const updated = asJson(merge(before, patch));
  const errors = [...masksOfNothing(complete as MaskedSchema, before, patch, ''), ...violations(complete, updated)];
  if (errors.length > 0) throw validationFailed(errors);
  return { updated: updated as T, changed: !isDeepStrictEqual(before, updated) };
}

/** RFC 7396 §2. Names are data here, `__proto__` too: entries make own members of them all. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const members = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) members.delete(name);
    else members.set(name, merge(members.get(name), value));
  }
  return Object.fromEntries(members);
}

interface MaskedSchema {
  properties?: Record<string, MaskedSchema>;
  'x-masked'?: boolean;
}

function masksOfNothing(schema: MaskedSchema, stored: unknown, patch: unknown, path: string): FieldError[] {
  if (schema['x-masked'] && patch === MASK && stored !== MASK) {
    return [{ field: path, code: 'format', message: 'This stands for a secret, and there is none to keep.' }];
  }
  if (!isObject(patch)) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    masksOfNothing(member, isObject(stored) ? stored[name] : undefined, patch[name], path ? `${path}.${name}` : name),
  );
}

/** Lists inside of lists are part of what replaces them. */
export function withoutEmptyLists(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !Array.isArray(item) || item.length > 0)
      .map(([name, item]) => [name, withoutEmptyLists(item)]),
  );
}

function withoutNulls(value: unknown, path: string, removed: Set<string>): unknown {
  if (!isObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const field = path ? `${path}.${name}` : name;
    if (item === null) removed.add(field);
    else kept.push([name, withoutNulls(item, field, removed)]);
  }
  return Object.fromEntries(kept);
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
