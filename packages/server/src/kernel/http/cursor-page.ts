import Type, { type TSchema } from 'typebox';
import { validationFailed } from './validation.ts';

/** One page of a list that is read from where the page before ended. */
export const CursorPage = <Item extends TSchema>(item: Item) =>
  Type.Object({
    limit: Type.Integer({ description: 'The page size used.' }),
    nextCursor: Type.Optional(Type.String({ description: 'Where the next page begins; absent on the last one.' })),
    data: Type.Array(item, { description: 'The matches of this page.' }),
  });

export interface CursorQuery {
  /** Name of the parameter with the cursor. */
  parameter: string;
  defaultLimit: number;
  maxLimit: number;
}

/** The query of such a list: its filters, then the cursor and `limit`. */
export const cursorQuery = <Filters extends Record<string, TSchema>>(
  filters: Filters,
  { parameter, defaultLimit, maxLimit }: CursorQuery,
) =>
  Type.Object({
    ...filters,
    [parameter]: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'nextCursor of the page before.' }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: `How many matches to answer: ${defaultLimit} when absent, at most ${maxLimit}.`,
      }),
    ),
  });

/**
 * The page that a checked query asks for: its size, lowered to the maximum, and the position behind which it begins.
 * `form` is what a position of this list looks like. Throws 400 `format` for a cursor that no page of it had.
 */
export function cursorWindow(
  query: Record<string, unknown>,
  { parameter, defaultLimit, maxLimit }: CursorQuery,
  form: RegExp,
): { limit: number; after: string | undefined } {
  const limit = Math.min((query.limit as number | undefined) ?? defaultLimit, maxLimit);
  const cursor = query[parameter] as string | undefined;
  return { limit, after: cursor === undefined ? undefined : readCursor(cursor, parameter, form) };
}

/** The answer of such a list. `found` has one match more than `limit` when there are more. */
export function cursorPage<Item>(
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => string,
): { limit: number; nextCursor: string | undefined; data: Item[] } {
  const data = found.slice(0, limit);
  return { limit, nextCursor: found.length > limit ? writeCursor(positionOf(data.at(-1)!)) : undefined, data };
}

/** A position as callers get it: text that means nothing to them. */
export function writeCursor(position: string): string {
  return Buffer.from(position, 'utf8').toString('base64url');
}

/** The position that was written. Throws 400 `format` naming the parameter when it has not the form of one. */
export function readCursor(cursor: string, parameter: string, form: RegExp): string {
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (form.test(position) && writeCursor(position) === cursor) return position;
  throw validationFailed([{ field: parameter, code: 'format', message: 'Must be the nextCursor of a page before.' }]);
}
