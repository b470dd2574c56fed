import Type, { type TSchema } from 'typebox';

const PageLinks = Type.Object(
  {
    first: Type.String({ description: 'URL of the first page.' }),
    previous: Type.String({ description: 'URL of the page before; empty on the first one.' }),
    next: Type.String({ description: 'URL of the next page; empty on the last one.' }),
    last: Type.String({ description: 'URL of the last page; empty when everything fits on one.' }),
  },
  { description: 'The other pages, with the same filters.' },
);

/** One page of a list, with links to the others: `CollectionWithPaging[…]` of the contract. */
export const CollectionWithPaging = <Item extends TSchema>(item: Item) =>
  Type.Object({
    offset: Type.Integer({ description: 'How many matches are before this page.' }),
    limit: Type.Integer({ description: 'The page size used.' }),
    size: Type.Integer({ description: 'The number of all matches, on every page.' }),
    links: PageLinks,
    data: Type.Array(item, { description: 'The matches of this page.' }),
  });

/** The query of a list: its filters, then `offset` and `limit`. */
export const pagedQuery = <Filters extends Record<string, TSchema>>(filters: Filters, maxLimit: number) =>
  Type.Object({
    ...filters,
    offset: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'How many matches to skip.' }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: `How many matches to answer: ${maxLimit} when absent, and at most.`,
      }),
    ),
  });

export interface PageWindow {
  offset: number;
  limit: number;
}

/** The part of the list that a checked query asks for; a limit above the maximum is lowered to it. */
export function pageWindow(query: { offset?: number; limit?: number }, maxLimit: number): PageWindow {
  return { offset: query.offset ?? 0, limit: Math.min(query.limit ?? maxLimit, maxLimit) };
}

/** Where a list is, and what was asked of it. */
export interface ListAddress {
  publicUrl: string;
  /** Path of the list, with its parameters filled in. */
  path: string;
  /**
   * The query in canonical form, as an operation gets it. Only members that the list declares are in it, so nothing else
   * of the request, such as a credential, can reach a link. `undefined` members are left out.
   */
  query: Record<string, unknown>;
}

/** The address of another page: absolute, with every filter, then the `position`. */
export function pageAddress(list: ListAddress, position: Record<string, number>): string {
  const filters = Object.entries(list.query).filter(([name, value]) => value !== undefined && !(name in position));
  const words = [...filters, ...Object.entries(position)].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed())}`,
  );
  return `${list.publicUrl}${list.path}?${words.join('&')}`;
}

export interface LinkedPageOptions<Item> extends ListAddress {
  window: PageWindow;
  size: number;
  data: Item[];
}

/**
 * The answer of a list. Links are absolute, keep every filter, and end with `limit` and `offset`. Beyond the end,
 * `previous` is the last page.
 */
export function linkedPage<Item>({ window, size, data, ...list }: LinkedPageOptions<Item>) {
  const { offset, limit } = window;
  const at = (position: number) => pageAddress(list, { limit, offset: position });
  const lastOffset = Math.max(0, Math.floor((size - 1) / limit) * limit);
  return {
    offset,
    limit,
    size,
    links: {
      first: pageAddress({ ...list, query: { ...list.query, offset: undefined } }, { limit }),
      previous: offset === 0 ? '' : at(offset >= size ? lastOffset : Math.max(0, offset - limit)),
      next: offset + limit < size ? at(offset + limit) : '',
      last: size > limit ? at(lastOffset) : '',
    },
    data,
  };
}
