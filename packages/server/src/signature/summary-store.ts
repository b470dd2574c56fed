import { createHash } from 'node:crypto';
import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { PageWindow } from '../kernel/http/linked-page.ts';
import { DOCUMENT_STATUSES, type DocumentStatus, type Mechanism } from './contract/document.ts';
import type { WantedPackage } from './wanted-packages.ts';

/** What a summary shows of a document. */
export interface SummaryRecord {
  id: string;
  accountId: string;
  title: string;
  description: string | undefined;
  externalId: string;
  tags: string[];
  status: DocumentStatus;
  packages: WantedPackage[];
  requiredSignatures: number;
  deadline: Date;
  createdAt: Date;
  updatedAt: Date;
  signedAt: Date | undefined;
  signers: { id: string; externalSignerId: string }[];
  signatures: SummarySignature[];
  /** Their ids. */
  attachments: string[];
}

export interface SummarySignature {
  signerId: string;
  method: string;
  mechanism: Mechanism;
  fullName: string;
  firstName: string | undefined;
  middleName: string | undefined;
  lastName: string | undefined;
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | undefined;
  methodUniqueId: string | undefined;
  clientIp: string | undefined;
  signedAt: Date;
}

/** All of them must hold; an absent one always does. */
export interface SummaryFilters {
  externalId?: string | undefined;
  signerId?: string | undefined;
  externalSignerId?: string | undefined;
  /** Created at or after. */
  createdFrom?: Date | undefined;
  /** Created before. */
  createdTo?: Date | undefined;
  updatedAfter?: Date | undefined;
  signedAfter?: Date | undefined;
  /** Part of a name that the sender gave a signer, or that an eID gave, in any case. */
  nameOfSigner?: string | undefined;
  /** Part of the title, in any case. */
  title?: string | undefined;
  /** One of them. */
  statuses?: readonly DocumentStatus[] | undefined;
  /** At least one of them. */
  tags?: readonly string[] | undefined;
}

export interface SummaryScope {
  accountId: string;
  environment: Environment;
}

/**
 * One page of an account's documents that are not erased, newest `created` first, then by id, and the number of all
 * matches; both out of one snapshot.
 *
 * Without a filter, and by status, creation time and a single tag, the number comes from the block counts and the page
 * is reached from the nearest block: the cost does not depend on how deep the page lies. Every other filter collects
 * its matches first, by an index where there is one; the cost grows with the matches, for `title` and `nameOfSigner`
 * with the documents that the remaining filters leave.
 */
export async function listSummaries(
  db: Queryable,
  scope: SummaryScope,
  filters: SummaryFilters,
  window: PageWindow,
): Promise<{ size: number; summaries: SummaryRecord[] }> {
  const statement = isCounted(filters) ? countedPage(scope, filters, window) : collectedPage(scope, filters, window);
  const { rows } = await db.query<PageRow>(statement);
  return {
    size: rows[0]?.size ?? 0,
    summaries: rows.filter((row) => row.id !== null).map(toSummary),
  };
}

/** From now on a statement of this transaction fails with 57014 when it takes longer. For PostgreSQL. */
export async function limitStatements(tx: Transaction, milliseconds: number): Promise<void> {
  await tx.query(`set local statement_timeout = ${milliseconds}`);
}

/** The statement that `listSummaries` runs, to look at its plan. */
export function summaryStatement(scope: SummaryScope, filters: SummaryFilters, window: PageWindow): PageStatement {
  return isCounted(filters) ? countedPage(scope, filters, window) : collectedPage(scope, filters, window);
}

export interface PageStatement {
  name: string;
  text: string;
  values: unknown[];
}

function isCounted(filters: SummaryFilters): boolean {
  const { statuses: _statuses, createdFrom: _from, createdTo: _to, tags, ...others } = filters;
  return (tags?.length ?? 0) <= 1 && Object.values(others).every((value) => value === undefined);
}

/** Statement parameters, numbered as they are added. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

const LOWEST_ID = `'00000000-0000-0000-0000-000000000000'::uuid`;

/**
 * Blocks and changes give the number of matches down to the start of any block, exactly. So the page begins at the last
 * block that starts before the offset, with the few rows between the two skipped. Blocks cut by a time limit
 * are counted row by row.
 */
function countedPage(scope: SummaryScope, filters: SummaryFilters, { offset, limit }: PageWindow): PageStatement {
  const given = new Parameters();
  const tag = filters.tags?.[0];
  const account = given.add(scope.accountId, 'uuid');
  const environment = given.add(scope.environment, 'text');
  const series = given.add(tag ?? '', 'text');
  const skip = given.add(offset, 'bigint');
  const take = given.add(limit, 'bigint');
  const statuses = filters.statuses && given.add(filters.statuses, 'text[]');
  const from = filters.createdFrom && given.add(filters.createdFrom, 'timestamptz');
  const to = filters.createdTo && given.add(filters.createdTo, 'timestamptz');

  const inSeries = `account_id = ${account} and environment = ${environment} and series = ${series}`;
  const matching = DOCUMENT_STATUSES.map((status) =>
    statuses ? `case when '${status}' = any(${statuses}) then ${status} else 0 end` : status,
  ).join(' + ');
  const rowSource = (status?: string) =>
    tag === undefined
      ? `(select created_at, id from documents
           where account_id = ${account} and environment = ${environment} and erased_at is null
             ${status ? `and status = ${status}` : ''})`
      : `(select created_at, document_id as id from document_tags
           where account_id = ${account} and environment = ${environment} and tag = ${series}
             ${status ? `and status = ${status}` : ''})`;
  // Every status has an index of its own; without one only whole documents have, tags do not.
  const perStatus = statuses
    ? `unnest(${statuses})`
    : tag === undefined
      ? undefined
      : `unnest('{${DOCUMENT_STATUSES.join(',')}}'::text[])`;
  const rowsBetween = (condition: string, count: string) =>
    perStatus
      ? `(select created_at, id from ${perStatus} as one(wanted) cross join lateral
            (select created_at, id from ${rowSource('one.wanted')} as d where ${condition}
              order by created_at desc, id desc limit ${count}) as of_status)`
      : `(select created_at, id from ${rowSource()} as d where ${condition})`;
  const countBetween = (condition: string) => `(select count(*) from ${rowsBetween(condition, 'null')} as edge)`;

  const upper = to
    ? `(select starts_at, starts_id from document_blocks where ${inSeries} and starts_at < ${to}
         union all select '-infinity', ${LOWEST_ID} order by 1 desc, 2 desc limit 1)`
    : `(select 'infinity'::timestamptz as starts_at, ${LOWEST_ID} as starts_id)`;
  const lower = from
    ? `(select starts_at, starts_id from document_blocks where ${inSeries} and starts_at >= ${from}
         union all select 'infinity', ${LOWEST_ID} order by 1, 2 limit 1)`
    : `(select '-infinity'::timestamptz as starts_at, ${LOWEST_ID} as starts_id)`;
  // When both limits lie in one block, all of it is counted row by row, as the part above an empty middle.
  const middle =
    from && to
      ? `(select case when l > u then ${from} else u.starts_at end as top_at,
                 case when l > u then ${LOWEST_ID} else u.starts_id end as top_id,
                 case when l > u then ${from} else l.starts_at end as bottom_at,
                 case when l > u then ${LOWEST_ID} else l.starts_id end as bottom_id
            from ${upper} as u, ${lower} as l)`
      : `(select u.starts_at as top_at, u.starts_id as top_id, l.starts_at as bottom_at, l.starts_id as bottom_id
            from ${upper} as u, ${lower} as l)`;
  const TOP = '((select top_at from middle), (select top_id from middle))';
  const BOTTOM = '((select bottom_at from middle), (select bottom_id from middle))';
  const ANCHOR = `(coalesce((select starts_at from anchor), ${to ?? `'infinity'::timestamptz`}),
                   coalesce((select starts_id from anchor), ${LOWEST_ID}))`;

  const text = `
    with middle as materialized ${middle},
    changes as materialized (
      select created_at, document_id, change from document_count_changes
       where ${inSeries} ${statuses ? `and status = any(${statuses})` : ''}
         and (created_at, document_id) >= ${BOTTOM} and (created_at, document_id) < ${TOP}
    ),
    blocks as materialized (
      select starts_at, starts_id, ${matching} as matches from document_blocks
       where ${inSeries} and (starts_at, starts_id) >= ${BOTTOM} and (starts_at, starts_id) < ${TOP}
    ),
    edges as materialized (
      select ${to ? countBetween(`(created_at, id) >= ${TOP} and created_at < ${to}`) : '0::bigint'} as above,
             ${from ? countBetween(`created_at >= ${from} and (created_at, id) < ${BOTTOM}`) : '0::bigint'} as below
    ),
    anchor as materialized (
      select starts_at, starts_id, through
             + (select coalesce(sum(change), 0) from changes
                 where (created_at, document_id) >= (starts_at, starts_id)) as through
        from (select starts_at, starts_id,
                     (select above from edges)
                     + sum(matches) over (order by starts_at desc, starts_id desc) as through
                from blocks) as summed
       where through <= ${skip} - (select coalesce(sum(change) filter (where change > 0), 0) from changes)
       order by starts_at, starts_id
       limit 1
    ),
    page as materialized (
      select created_at, id
        from ${rowsBetween(
          `(created_at, id) < ${ANCHOR} ${from ? `and created_at >= ${from}` : ''}`,
          `${skip} - coalesce((select through from anchor), 0)::bigint + ${take}`,
        )} as rows
       order by created_at desc, id desc
       offset ${skip} - coalesce((select through from anchor), 0)::bigint
       limit ${take}
    )
    select ((select above + below from edges)
            + (select coalesce(sum(matches), 0) from blocks)
            + (select coalesce(sum(change), 0) from changes))::bigint as size, listed.*
      from (select 1) as always left join (${DETAILS}) as listed on true
     order by listed."createdAt" desc, listed.id desc`;
  const variant = [statuses && 'status', from && 'from', to && 'to', tag !== undefined && 'tag'].filter(Boolean);
  return { name: ['signature_list_counted', ...variant].join('_'), text, values: given.values };
}

/** All matches, found by the most selective index that the planner sees, then counted and cut. */
function collectedPage(scope: SummaryScope, filters: SummaryFilters, { offset, limit }: PageWindow): PageStatement {
  const given = new Parameters();
  const account = given.add(scope.accountId, 'uuid');
  const environment = given.add(scope.environment, 'text');
  const skip = given.add(offset, 'bigint');
  const take = given.add(limit, 'bigint');
  const conditions = [`d.account_id = ${account}`, `d.environment = ${environment}`, 'd.erased_at is null'];
  const names: string[] = [];
  const where = <Value>(name: string, value: Value | undefined, type: string, condition: (p: string) => string) => {
    if (value === undefined) return;
    names.push(name);
    conditions.push(condition(given.add(value, type)));
  };

  where(
    'external',
    filters.externalId,
    'text',
    (value) => `d.id = (select document_id from document_external_ids
       where account_id = ${account} and environment = ${environment} and external_id = ${value})`,
  );
  where(
    'signer',
    filters.signerId,
    'uuid',
    (value) => `d.id = (select document_id from signers where id = ${value} and account_id = ${account})`,
  );
  where(
    'externalsigner',
    filters.externalSignerId,
    'text',
    (value) =>
      `d.id in (select document_id from signers where account_id = ${account} and external_signer_id = ${value})`,
  );
  where(
    'tags',
    filters.tags,
    'text[]',
    (value) => `d.id in (select document_id from document_tags
       where account_id = ${account} and environment = ${environment} and tag = any(${value}))`,
  );
  where('status', filters.statuses, 'text[]', (value) => `d.status = any(${value})`);
  where('from', filters.createdFrom, 'timestamptz', (value) => `d.created_at >= ${value}`);
  where('to', filters.createdTo, 'timestamptz', (value) => `d.created_at < ${value}`);
  where(
    'updated',
    filters.updatedAfter,
    'timestamptz',
    (value) => `((d.updated_at > d.created_at and d.updated_at > ${value})
      or (d.updated_at <= d.created_at and d.created_at > ${value} and d.updated_at > ${value}))`,
  );
  where('signed', filters.signedAfter, 'timestamptz', (value) => `d.signed_at > ${value} and d.signed_at is not null`);
  where('title', filters.title, 'text', (value) => contains(`d.request ->> 'title'`, value));
  where(
    'name',
    filters.nameOfSigner,
    'text',
    (value) => `(exists (select 1 from signers s where s.document_id = d.id and
         ${contains(
           `concat_ws(' ', s.request #>> '{signerInfo,firstName}', s.request #>> '{signerInfo,lastName}')`,
           value,
         )})
       or (d.signature_count > 0 and exists (select 1 from signatures g where g.document_id = d.id and
         ${contains(`concat_ws(' ', g.first_name, g.middle_name, g.last_name)`, value)}
          or g.document_id = d.id and ${contains('g.full_name', value)})))`,
  );

  const text = `
    with matches as materialized (
      select d.created_at, d.id from documents d where ${conditions.join(' and ')}
    ),
    page as materialized (
      select created_at, id from matches order by created_at desc, id desc offset ${skip} limit ${take}
    )
    select (select count(*) from matches) as size, listed.*
      from (select 1) as always left join (${DETAILS}) as listed on true
     order by listed."createdAt" desc, listed.id desc`;
  // Hashed: PostgreSQL cuts names of statements after 63 bytes, and two that are cut alike would be one.
  const combination = createHash('sha256').update(names.join()).digest('hex').slice(0, 16);
  return { name: `signature_list_collected_${combination}`, text, values: given.values };
}

/** Case-insensitive part, every character of it meant literally. */
function contains(text: string, part: string): string {
  return `position(lower(${part}) in lower(${text})) > 0`;
}

/** The documents of `page`; what they have none of costs no look-up. */
const DETAILS = `
  select d.id, d.account_id as "accountId", d.request ->> 'title' as title, d.request ->> 'description' as description,
         d.external_id as "externalId", coalesce(d.request #> '{advanced,tags}', '[]') as tags, d.status,
         d.required_signatures as "requiredSignatures", d.deadline, d.created_at as "createdAt",
         d.updated_at as "updatedAt", d.signed_at as "signedAt",
         (select jsonb_agg(jsonb_build_object('id', s.id, 'externalSignerId', s.external_signer_id) order by s.position)
            from signers s where s.document_id = d.id) as signers,
         case when d.signature_count > 0 then
         (select jsonb_agg(jsonb_build_object(
                   'signerId', g.signer_id, 'method', g.method, 'mechanism', g.mechanism, 'fullName', g.full_name,
                   'firstName', g.first_name, 'middleName', g.middle_name, 'lastName', g.last_name,
                   'dateOfBirth', g.date_of_birth, 'methodUniqueId', g.method_unique_id, 'clientIp', g.client_ip,
                   'signedAt', g.signed_at) order by g.sequence)
            from signatures g where g.document_id = d.id) end as signatures,
         case when d.packaged_at is not null then
         (select jsonb_agg(jsonb_build_object('part', p.part, 'format', p.format) order by p.created_at)
            from document_packages p where p.document_id = d.id) end as packages,
         case when d.attachment_count > 0 then
         (select jsonb_agg(a.id order by a.position) from attachments a where a.document_id = d.id) end as attachments
    from page join documents d on d.id = page.id`;

interface PageRow {
  size: number;
  id: string | null;
  accountId: string;
  title: string;
  description: string | null;
  externalId: string;
  tags: string[];
  status: DocumentStatus;
  requiredSignatures: number;
  deadline: Date;
  createdAt: Date;
  updatedAt: Date;
  signedAt: Date | null;
  signers: SummaryRecord['signers'] | null;
  signatures: (Record<keyof SummarySignature, string | null> & { signedAt: string })[] | null;
  packages: WantedPackage[] | null;
  attachments: string[] | null;
}

function toSummary({ size: _size, ...row }: PageRow): SummaryRecord {
  return {
    ...row,
    id: row.id as string,
    description: row.description ?? undefined,
    signedAt: row.signedAt ?? undefined,
    signers: row.signers ?? [],
    packages: row.packages ?? [],
    attachments: row.attachments ?? [],
    signatures: (row.signatures ?? []).map((signature) => ({
      ...(Object.fromEntries(
        Object.entries(signature).map(([name, value]) => [name, value ?? undefined]),
      ) as unknown as SummarySignature),
      signedAt: new Date(signature.signedAt),
    })),
  };
}
