import Type, { type TSchema } from 'typebox';
import { type ListAddress, pageAddress } from './linked-page.ts';

/** One page of a log: `ListResult[…]` of the contract, in a group with `naming: 'pascal'`. */
export const ListResult = <Item extends TSchema>(item: Item) =>
  Type.Object({
    NextLink: Type.Optional(Type.String({ description: 'URL of the next page; null on the last one.' })),
    TotalLinks: Type.Integer({ description: 'The number of pages.' }),
    List: Type.Array(item, { description: 'The matches of this page.' }),
  });

/** The query of a log: its filters, then `skip`, which counts pages, and `pageSize`. */
export const listResultQuery = <Filters extends Record<string, TSchema>>(filters: Filters, maxPageSize: number) =>
  Type.Object({
    ...filters,
    skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'How many pages to skip.' })),
    pageSize: Type.Optional(
      Type.Integer({ minimum: 1, description: `Matches on a page: ${maxPageSize} when absent, and at most.` }),
    ),
  });

export interface SkippedPages {
  skip: number;
  pageSize: number;
}

/** The page that a checked query asks for; a size above the maximum is lowered to it. */
export function skippedPages(query: { skip?: number; pageSize?: number }, maxPageSize: number): SkippedPages {
  return { skip: query.skip ?? 0, pageSize: Math.min(query.pageSize ?? maxPageSize, maxPageSize) };
}

/** The answer of a log. `size` is the number of all matches, `data` those of the page. */
export function listResult<Item>({
  window: { skip, pageSize },
  size,
  data,
  ...list
}: ListAddress & { window: SkippedPages; size: number; data: Item[] }) {
  const pages = Math.ceil(size / pageSize);
  return {
    NextLink: skip + 1 < pages ? pageAddress(list, { skip: skip + 1, pageSize }) : undefined,
    TotalLinks: pages,
    List: data,
  };
}
