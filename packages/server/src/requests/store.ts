import type { Queryable } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { RequestRecord } from '../kernel/http/request-record.ts';

interface RequestRow {
  id: string;
  received_at: Date;
  account_id: string | null;
  environment: Environment | null;
  client_id: string | null;
  method: string;
  path: string;
  status: number;
  duration_ms: number;
  error_code: string | null;
  sdk: string | null;
  client_request_id: string | null;
  trace_id: string | null;
}

const COLUMNS = `id, received_at, account_id, environment, client_id, method, path, status, duration_ms, error_code, sdk,
  client_request_id, trace_id`;

/** One statement and one parameter for any number of rows. Rows that are there already are left alone. */
export async function insertRequests(db: Queryable, records: readonly RequestRecord[]): Promise<void> {
  const rows = records.map((record) => ({
    id: record.id,
    received_at: record.receivedAt,
    account_id: record.accountId,
    environment: record.environment,
    client_id: record.clientId,
    method: record.method,
    path: record.path,
    status: record.status,
    duration_ms: record.durationMs,
    error_code: record.errorCode,
    sdk: record.sdk,
    client_request_id: record.clientRequestId,
    trace_id: record.traceId,
  }));
  await db.query({
    name: 'requests_insert',
    text: `insert into requests (${COLUMNS})
           select ${COLUMNS} from json_to_recordset($1::json) as given (
             id uuid, received_at timestamptz, account_id uuid, environment text, client_id text, method text, path text,
             status smallint, duration_ms real, error_code text, sdk text, client_request_id text, trace_id text)
           on conflict do nothing`,
    values: [JSON.stringify(rows)],
  });
}

/** A request of an account and environment; of anybody when they are left out. */
export async function findRequest(
  db: Queryable,
  id: string,
  owner: { accountId: string; environment: Environment } | undefined,
): Promise<RequestRecord | undefined> {
  const { rows } = await db.query<RequestRow>({
    name: 'requests_find',
    text: `select ${COLUMNS} from requests
            where id = $1 and ($2::uuid is null or account_id = $2) and ($3::text is null or environment = $3)`,
    values: [id, owner?.accountId ?? null, owner?.environment ?? null],
  });
  return rows[0] && toRecord(rows[0]);
}

/** Requests of an account and environment, newest first, those before the given id. */
export async function listRequests(
  db: Queryable,
  owner: { accountId: string; environment: Environment },
  options: { beforeId: string | undefined; limit: number },
): Promise<RequestRecord[]> {
  const { rows } = await db.query<RequestRow>(
    `select ${COLUMNS} from requests
      where account_id = $1 and environment = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [owner.accountId, owner.environment, options.beforeId ?? null, options.limit],
  );
  return rows.map(toRecord);
}

function toRecord(row: RequestRow): RequestRecord {
  return {
    id: row.id.replaceAll('-', ''),
    receivedAt: row.received_at,
    accountId: row.account_id ?? undefined,
    environment: row.environment ?? undefined,
    clientId: row.client_id ?? undefined,
    method: row.method,
    path: row.path,
    status: row.status,
    durationMs: row.duration_ms,
    errorCode: row.error_code ?? undefined,
    sdk: row.sdk ?? undefined,
    clientRequestId: row.client_request_id ?? undefined,
    traceId: row.trace_id ?? undefined,
  };
}
