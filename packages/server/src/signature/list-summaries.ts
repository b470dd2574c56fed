import Type, { type Static } from 'typebox';
import { DateTime, Guid, Text } from '../kernel/contract/primitives.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { commaList, enumList } from '../kernel/http/comma-list.ts';
import { CollectionWithPaging, linkedPage, pagedQuery, pageWindow } from '../kernel/http/linked-page.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { DOCUMENT_STATUSES, DocumentSummary } from './contract/document.ts';
import { summaryResource } from './document-representation.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { listSummaries as findSummaries, type SummaryFilters } from './summary-store.ts';
import { runTextSearch } from './text-search.ts';

const MAX_LIMIT = 100;
const PATH = '/signature/documents/summary';
const { Optional } = Type;

export const SummaryQuery = pagedQuery(
  {
    externalId: Optional(Text({ maxLength: 255, description: 'Exactly this externalId.' })),
    signerId: Optional(Guid({ description: 'The document of this signer.' })),
    externalSignerId: Optional(
      Text({ maxLength: 255, description: 'Documents with a signer of this externalSignerId.' }),
    ),
    fromDate: Optional(DateTime({ description: 'Created at or after.' })),
    toDate: Optional(DateTime({ description: 'Created before.' })),
    lastUpdated: Optional(DateTime({ description: 'Updated later than.' })),
    signedDate: Optional(DateTime({ description: 'Completely signed later than.' })),
    nameOfSigner: Optional(Text({ maxLength: 200, description: 'Part of the name of a signer, in any case.' })),
    title: Optional(Text({ maxLength: 300, description: 'Part of the title, in any case.' })),
    status: Optional(Text({ maxLength: 200, description: 'One status, or several with commas between them.' })),
    tags: Optional(
      Text({ maxLength: 6500, description: 'One tag, or several with commas between them: any of them.' }),
    ),
    accountId: Optional(Guid({ description: 'The own account; another one is refused.' })),
  },
  MAX_LIMIT,
);
type SummaryQuery = Static<typeof SummaryQuery>;

export const SummaryPage = CollectionWithPaging(DocumentSummary);

/** One page of the account's documents, newest first. Throws 403 `forbidden` when another account is named. */
export async function listSummaries(
  deps: Pick<SignatureDeps, 'database' | 'publicUrl'>,
  context: OperationContext,
  query: SummaryQuery,
): Promise<OperationResult> {
  const statuses = query.status === undefined ? undefined : enumList(query.status, DOCUMENT_STATUSES, 'status');
  const tags = query.tags === undefined ? undefined : [...new Set(commaList(query.tags))];
  if (query.accountId !== undefined && query.accountId !== context.accountId) {
    throw new SeglError(403, 'forbidden', 'The token acts for its own account only.');
  }
  const window = pageWindow(query, MAX_LIMIT);
  const filters: SummaryFilters = {
    externalId: query.externalId,
    signerId: query.signerId,
    externalSignerId: query.externalSignerId,
    createdFrom: instant(query.fromDate),
    createdTo: instant(query.toDate),
    updatedAfter: instant(query.lastUpdated),
    signedAfter: instant(query.signedDate),
    nameOfSigner: query.nameOfSigner,
    title: query.title,
    statuses: statuses && statuses.length > 0 ? statuses : undefined,
    tags: tags && tags.length > 0 ? tags : undefined,
  };
  const find = (db: Queryable) => findSummaries(db, context, filters, window);
  const looksIntoText = query.title !== undefined || query.nameOfSigner !== undefined;
  const { size, summaries } = looksIntoText ? await runTextSearch(deps.database, find) : await find(deps.database);
  const canonicalQuery = { ...query, status: statuses?.join(',') || undefined, tags: tags?.join(',') || undefined };
  const data = summaries.map(summaryResource);
  return {
    status: 200,
    body: linkedPage({ publicUrl: deps.publicUrl, path: PATH, query: canonicalQuery, window, size, data }),
  };
}

function instant(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
