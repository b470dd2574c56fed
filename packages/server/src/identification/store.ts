import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Owner } from './identification-deps.ts';
import { sessionIdsOf } from './request-id.ts';
import type { AuditEvent, SessionRecord, SessionRequest } from './session-record.ts';
import { nextStep } from './session-state.ts';

interface SessionRow {
  id: string;
  account_id: string;
  environment: SessionRecord['environment'];
  generation: SessionRecord['generation'];
  request_id: string;
  status: SessionRecord['status'];
  request: SessionRequest;
  prefilled_sealed: Buffer | null;
  external_reference: string | null;
  department_id: string | null;
  provider: SessionRecord['provider'] | null;
  language: SessionRecord['language'] | null;
  browser_hash: Buffer | null;
  client_ip: string | null;
  user_agent: string | null;
  full_name: string | null;
  provider_id: string | null;
  identity_sealed: Buffer | null;
  national_number_sealed: Buffer | null;
  number_delivered: boolean;
  error: SessionRecord['error'] | null;
  audit_trail: AuditEvent[];
  created_at: Date;
  expires_at: Date;
  idle_at: Date | null;
  ended_at: Date | null;
  readable_until: Date | null;
  erased_at: Date | null;
  anonymize_at: Date;
  anonymized_at: Date | null;
}

function toSession(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    environment: row.environment,
    generation: row.generation,
    requestId: row.request_id,
    status: row.status,
    request: row.request,
    prefilledSealed: row.prefilled_sealed ?? undefined,
    externalReference: row.external_reference ?? undefined,
    departmentId: row.department_id ?? undefined,
    provider: row.provider ?? undefined,
    language: row.language ?? undefined,
    browserHash: row.browser_hash ?? undefined,
    clientIp: row.client_ip ?? undefined,
    userAgent: row.user_agent ?? undefined,
    fullName: row.full_name ?? undefined,
    providerId: row.provider_id ?? undefined,
    identitySealed: row.identity_sealed ?? undefined,
    numberSealed: row.national_number_sealed ?? undefined,
    numberDelivered: row.number_delivered,
    error: row.error ?? undefined,
    auditTrail: row.audit_trail,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    idleAt: row.idle_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    readableUntil: row.readable_until ?? undefined,
    erasedAt: row.erased_at ?? undefined,
    anonymizeAt: row.anonymize_at,
    anonymizedAt: row.anonymized_at ?? undefined,
  };
}

/** The columns that change, and their values; `$1` is the id. */
const CHANGING = [
  'status',
  'prefilled_sealed',
  'provider',
  'language',
  'browser_hash',
  'client_ip',
  'user_agent',
  'full_name',
  'provider_id',
  'identity_sealed',
  'national_number_sealed',
  'number_delivered',
  'error',
  'audit_trail',
  'expires_at',
  'idle_at',
  'ended_at',
  'readable_until',
  'erased_at',
  'anonymized_at',
] as const;

const FIXED = [
  'account_id',
  'environment',
  'generation',
  'request_id',
  'request',
  'external_reference',
  'department_id',
  'created_at',
  'anonymize_at',
] as const;

function changingValues(session: SessionRecord): unknown[] {
  return [
    session.status,
    session.prefilledSealed,
    session.provider,
    session.language,
    session.browserHash,
    session.clientIp,
    session.userAgent,
    session.fullName,
    session.providerId,
    session.identitySealed,
    session.numberSealed,
    session.numberDelivered,
    session.error && JSON.stringify(session.error),
    JSON.stringify(session.auditTrail),
    session.expiresAt,
    session.idleAt,
    session.endedAt,
    session.readableUntil,
    session.erasedAt,
    session.anonymizedAt,
  ].map((value) => value ?? null);
}

const placeholders = (count: number) => Array.from({ length: count }, (_, index) => `$${index + 2}`);

const INSERT = `insert into identification_sessions (id, ${[...CHANGING, ...FIXED].join(', ')})
  values ($1, ${placeholders(CHANGING.length + FIXED.length).join(', ')})`;
const UPDATE = `update identification_sessions
  set ${CHANGING.map((column, index) => `${column} = ${placeholders(CHANGING.length)[index]}`).join(', ')} where id = $1`;

export async function insertSession(tx: Transaction, session: SessionRecord): Promise<void> {
  await tx.query({ name: 'identification_insert_session', text: INSERT }, [
    session.id,
    ...changingValues(session),
    session.accountId,
    session.environment,
    session.generation,
    session.requestId,
    JSON.stringify(session.request),
    session.externalReference ?? null,
    session.departmentId ?? null,
    session.createdAt,
    session.anonymizeAt,
  ]);
  await putTimer(tx, session);
}

/** Writes everything that can change, and when to look at the session next. Only under its row lock. */
export async function saveSession(tx: Transaction, session: SessionRecord): Promise<void> {
  await tx.query({ name: 'identification_save_session', text: UPDATE }, [session.id, ...changingValues(session)]);
  await putTimer(tx, session);
}

async function putTimer(tx: Transaction, session: SessionRecord): Promise<void> {
  const next = nextStep(session);
  if (!next) {
    await tx.query('delete from identification_timers where session_id = $1', [session.id]);
    return;
  }
  await tx.query(
    `insert into identification_timers (session_id, account_id, environment, due_at) values ($1, $2, $3, $4)
     on conflict (session_id) do update set due_at = excluded.due_at where identification_timers.due_at <> excluded.due_at`,
    [session.id, session.accountId, session.environment, next.dueAt],
  );
}

/** Puts a look at the session off that failed. Nothing when somebody has looked at it meanwhile. */
export async function postponeTimer(db: Queryable, sessionId: string, now: Date, dueAt: Date): Promise<void> {
  await db.query('update identification_timers set due_at = $3 where session_id = $1 and due_at <= $2', [
    sessionId,
    now,
    dueAt,
  ]);
}

/** For a timer whose session is gone. */
export async function deleteTimer(db: Queryable, sessionId: string): Promise<void> {
  await db.query('delete from identification_timers where session_id = $1', [sessionId]);
}

export async function findSession(db: Queryable, id: string): Promise<SessionRecord | undefined> {
  const { rows } = await db.query<SessionRow>(
    { name: 'identification_find_session', text: 'select * from identification_sessions where id = $1' },
    [id],
  );
  return rows[0] && toSession(rows[0]);
}

/** With its row lock. */
export async function lockSession(tx: Transaction, id: string): Promise<SessionRecord | undefined> {
  const { rows } = await tx.query<SessionRow>('select * from identification_sessions where id = $1 for update', [id]);
  return rows[0] && toSession(rows[0]);
}

/** With its row lock if that is free; `undefined` too when somebody else has it. */
export async function claimSession(tx: Transaction, id: string): Promise<SessionRecord | undefined> {
  const { rows } = await tx.query<SessionRow>(
    'select * from identification_sessions where id = $1 for update skip locked',
    [id],
  );
  return rows[0] && toSession(rows[0]);
}

/** The session of the older API's id. */
export async function findByRequestId(
  db: Queryable,
  owner: Owner,
  requestId: string,
): Promise<SessionRecord | undefined> {
  const ids = sessionIdsOf(requestId);
  if (!ids) return undefined;
  const { rows } = await db.query<SessionRow>(
    {
      name: 'identification_find_by_request_id',
      text: `select * from identification_sessions
              where account_id = $1 and environment = $2 and id >= $3 and id < $4 and request_id = $5`,
    },
    [owner.accountId, owner.environment, ids.from, ids.to, requestId],
  );
  return rows[0] && toSession(rows[0]);
}

/** Newest first; `beforeId` is the last one of the page before. */
export async function listSessions(
  db: Queryable,
  owner: Owner,
  { beforeId, limit }: { beforeId: string | undefined; limit: number },
): Promise<SessionRecord[]> {
  const { rows } = await db.query<SessionRow>(
    `select * from identification_sessions
      where account_id = $1 and environment = $2 and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    [owner.accountId, owner.environment, beforeId ?? null, limit],
  );
  return rows.map(toSession);
}

export interface LogFilter {
  /** Ids from the one, and below the other. */
  fromId: string;
  toId: string;
  status: string | undefined;
  provider: string | undefined;
  externalReference: string | undefined;
  namePart: string | undefined;
}

/** One page of the log, newest first, and how many rows match. */
export async function listLog(
  db: Queryable,
  owner: Owner,
  filter: LogFilter,
  page: { offset: number; limit: number },
): Promise<{ size: number; sessions: SessionRecord[] }> {
  const matching = `from identification_sessions
    where account_id = $1 and environment = $2 and id >= $3 and id < $4
      and ($5::text is null or status = $5) and ($6::text is null or provider = $6)
      and ($7::text is null or external_reference = $7)
      and ($8::text is null or full_name ilike '%' || $8 || '%')`;
  const values = [
    owner.accountId,
    owner.environment,
    filter.fromId,
    filter.toId,
    filter.status ?? null,
    filter.provider ?? null,
    filter.externalReference ?? null,
    filter.namePart?.replace(/[\\%_]/g, '\\$&') ?? null,
  ];
  const { rows: counted } = await db.query<{ size: number }>(`select count(*)::integer as size ${matching}`, values);
  const { rows } = await db.query<SessionRow>(`select * ${matching} order by id desc offset $9 limit $10`, [
    ...values,
    page.offset,
    page.limit,
  ]);
  return { size: counted[0]!.size, sessions: rows.map(toSession) };
}

export interface Reference {
  accountId: string;
  environment: string;
  externalReference: string;
}

/** `false` when the reference has an unfinished session, for which this waits. */
export async function takeReference(
  tx: Transaction,
  reference: Reference,
  holder: { sessionId: string; fingerprint: Buffer },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into identification_references (account_id, environment, external_reference, session_id, fingerprint)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [reference.accountId, reference.environment, reference.externalReference, holder.sessionId, holder.fingerprint],
  );
  return rowCount === 1;
}

/** With its row lock. */
export async function lockReference(
  tx: Transaction,
  reference: Reference,
): Promise<{ sessionId: string; fingerprint: Buffer } | undefined> {
  const { rows } = await tx.query<{ session_id: string; fingerprint: Buffer }>(
    `select session_id, fingerprint from identification_references
      where account_id = $1 and environment = $2 and external_reference = $3 for update`,
    [reference.accountId, reference.environment, reference.externalReference],
  );
  return rows[0] && { sessionId: rows[0].session_id, fingerprint: rows[0].fingerprint };
}

/** Under the reference's row lock. */
export async function passReferenceOn(
  tx: Transaction,
  reference: Reference,
  holder: { sessionId: string; fingerprint: Buffer },
): Promise<void> {
  await tx.query(
    `update identification_references set session_id = $4, fingerprint = $5
      where account_id = $1 and environment = $2 and external_reference = $3`,
    [reference.accountId, reference.environment, reference.externalReference, holder.sessionId, holder.fingerprint],
  );
}

/** What an ended session leaves behind. */
export async function releaseReference(tx: Transaction, session: SessionRecord): Promise<void> {
  if (session.externalReference === undefined) return;
  await tx.query(
    `delete from identification_references
      where account_id = $1 and environment = $2 and external_reference = $3 and session_id = $4`,
    [session.accountId, session.environment, session.externalReference, session.id],
  );
}
