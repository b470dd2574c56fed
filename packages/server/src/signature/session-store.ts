import type { Queryable } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { AttachmentToSign } from './attachment-acceptance.ts';
import type { RedirectSettings } from './contract/document.ts';

/** One opening of the signing app by a signer. */
export interface NewSession {
  id: string;
  accountId: string;
  environment: Environment;
  documentId: string;
  signerId: string;
  tokenHash: Buffer;
  /** Hash of the bytes that this session shows; a signature is only taken for them. */
  documentSha256: string;
  /** Of the link that it came by: a session ends with its link. */
  linkRotation: number;
  /** As they were when it started; later changes are for later sessions. */
  redirectSettings: RedirectSettings | undefined;
  createdAt: Date;
  /** Slides with activity. */
  expiresAt: Date;
  /** The absolute end. */
  endsAt: Date;
  documentReadAt: Date | undefined;
}

/** What the person in a session has proven and said so far; survives a reload of the page. */
export interface SessionProgress {
  /** The last login, encrypted (`kept-login.ts`). */
  loginSealed: Buffer | undefined;
  /** Keyed hash of the mobile number for which a code was entered. */
  codeNumberHash: Buffer | undefined;
  codePassedAt: Date | undefined;
  /** Which dialog was accepted. */
  dialogHash: Buffer | undefined;
  formAnswers: Record<string, string> | undefined;
}

export interface SigningSession extends NewSession, SessionProgress {}

export const NO_PROGRESS: SessionProgress = {
  loginSealed: undefined,
  codeNumberHash: undefined,
  codePassedAt: undefined,
  dialogHash: undefined,
  formAnswers: undefined,
};

interface SessionRow {
  id: string;
  account_id: string;
  environment: Environment;
  document_id: string;
  signer_id: string;
  token_hash: Buffer;
  document_sha256: string;
  link_rotation: number;
  redirect_settings: RedirectSettings | null;
  created_at: Date;
  expires_at: Date;
  ends_at: Date;
  document_read_at: Date | null;
  login_sealed: Buffer | null;
  code_number_hash: Buffer | null;
  code_passed_at: Date | null;
  dialog_hash: Buffer | null;
  form_answers: Record<string, string> | null;
}

const COLUMNS = `id, account_id, environment, document_id, signer_id, token_hash, document_sha256, link_rotation, redirect_settings, created_at, expires_at, ends_at, document_read_at, login_sealed, code_number_hash, code_passed_at, dialog_hash, form_answers`;

/** `false` when a session with this id exists: its boot code has been used. */
export async function insertSession(db: Queryable, session: NewSession): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into signing_sessions (id, account_id, environment, document_id, signer_id, token_hash, document_sha256,
                                   link_rotation, created_at, expires_at, ends_at, redirect_settings)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing`,
    [
      session.id,
      session.accountId,
      session.environment,
      session.documentId,
      session.signerId,
      session.tokenHash,
      session.documentSha256,
      session.linkRotation,
      session.createdAt,
      session.expiresAt,
      session.endsAt,
      session.redirectSettings ? JSON.stringify(session.redirectSettings) : null,
    ],
  );
  return rowCount === 1;
}

export async function findSession(db: Queryable, id: string): Promise<SigningSession | undefined> {
  const { rows } = await db.query<SessionRow>({
    name: 'signature_find_session',
    text: `select ${COLUMNS} from signing_sessions where id = $1`,
    values: [id],
  });
  const [row] = rows;
  return (
    row && {
      id: row.id,
      accountId: row.account_id,
      environment: row.environment,
      documentId: row.document_id,
      signerId: row.signer_id,
      tokenHash: row.token_hash,
      documentSha256: row.document_sha256,
      linkRotation: row.link_rotation,
      redirectSettings: row.redirect_settings ?? undefined,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      endsAt: row.ends_at,
      documentReadAt: row.document_read_at ?? undefined,
      loginSealed: row.login_sealed ?? undefined,
      codeNumberHash: row.code_number_hash ?? undefined,
      codePassedAt: row.code_passed_at ?? undefined,
      dialogHash: row.dialog_hash ?? undefined,
      formAnswers: row.form_answers ?? undefined,
    }
  );
}

/** Whether the link that a session would come by has started one before. */
export async function hasStartedSession(
  db: Queryable,
  { documentId, signerId, linkRotation }: Pick<NewSession, 'documentId' | 'signerId' | 'linkRotation'>,
): Promise<boolean> {
  const { rows } = await db.query(
    'select 1 from signing_sessions where document_id = $1 and signer_id = $2 and link_rotation = $3 limit 1',
    [documentId, signerId, linkRotation],
  );
  return rows.length > 0;
}

export async function keepLogin(db: Queryable, sessionId: string, loginSealed: Buffer): Promise<void> {
  await db.query('update signing_sessions set login_sealed = $2 where id = $1', [sessionId, loginSealed]);
}

export async function keepDialog(
  db: Queryable,
  sessionId: string,
  { dialogHash, formAnswers }: Pick<SessionProgress, 'dialogHash' | 'formAnswers'>,
): Promise<void> {
  await db.query('update signing_sessions set dialog_hash = $2, form_answers = $3 where id = $1', [
    sessionId,
    dialogHash,
    formAnswers ? JSON.stringify(formAnswers) : null,
  ]);
}

export async function keepPassedCode(db: Queryable, sessionId: string, numberHash: Buffer, at: Date): Promise<void> {
  await db.query('update signing_sessions set code_number_hash = $2, code_passed_at = $3 where id = $1', [
    sessionId,
    numberHash,
    at,
  ]);
}

/** Puts the end off, to the absolute end at most; answers the end as it is now. */
export async function extendSession(
  db: Queryable,
  id: string,
  expiresAt: Date,
): Promise<Pick<SigningSession, 'expiresAt' | 'endsAt'>> {
  const { rows } = await db.query<{ expires_at: Date; ends_at: Date }>(
    `update signing_sessions set expires_at = greatest(expires_at, least($2, ends_at)) where id = $1
     returning expires_at, ends_at`,
    [id, expiresAt],
  );
  return { expiresAt: rows[0]!.expires_at, endsAt: rows[0]!.ends_at };
}

/** Keeps a session to which somebody comes back from an eID at least until then, also beyond its absolute end. */
export async function holdSession(db: Queryable, id: string, until: Date): Promise<void> {
  await db.query(
    'update signing_sessions set expires_at = greatest(expires_at, $2), ends_at = greatest(ends_at, $2) where id = $1',
    [id, until],
  );
}

export async function endSession(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query('update signing_sessions set expires_at = $2, ends_at = $2 where id = $1 and ends_at > $2', [id, at]);
}

/** `true` the first time that this signer reaches the end of the document, in whatever session. */
export async function markDocumentRead(db: Queryable, session: SigningSession, at: Date): Promise<boolean> {
  const { rows } = await db.query<{ read_before: boolean }>(
    `with before as (
       select exists (select 1 from evidence_entries
                       where document_id = $2 and signer_id = $3 and kind = 'document_read') as read_before
     ), marked as (
       update signing_sessions set document_read_at = $4 where id = $1 and document_read_at is null
     )
     select read_before from before`,
    [session.id, session.documentId, session.signerId, at],
  );
  return rows[0]?.read_before === false;
}

export type AttemptStatus = 'started' | 'returned' | 'completing' | 'signed' | 'identified' | 'canceled' | 'failed';

/** `identify`: to prove who is there before the document is shown. */
export type AttemptPurpose = 'sign' | 'identify';

/** Why an attempt failed, in the app's words and the provider's. */
export interface AttemptFailure {
  errorCode: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
}

/** One try to sign or log in with one eID. */
export interface SignAttempt {
  id: string;
  sessionId: string;
  accountId: string;
  purpose: AttemptPurpose;
  method: string;
  callbackKey: string;
  status: AttemptStatus;
  /** What the eID was told to sign along with the document. */
  attachments: AttachmentToSign[];
  stateSealed: Buffer;
  callbackSealed: Buffer | undefined;
  /** SHA-256 of the code that the returning browser was given. */
  returnHash: Buffer | undefined;
  failure: AttemptFailure | undefined;
  /** The eID was opened in a window of its own, beside the frame with the session. */
  inWindow: boolean;
  createdAt: Date;
  updatedAt: Date;
}

interface AttemptRow {
  id: string;
  session_id: string;
  account_id: string;
  purpose: AttemptPurpose;
  method: string;
  callback_key: string;
  status: AttemptStatus;
  attachments: AttachmentToSign[];
  state_sealed: Buffer;
  callback_sealed: Buffer | null;
  return_hash: Buffer | null;
  failure: AttemptFailure | null;
  in_window: boolean;
  created_at: Date;
  updated_at: Date;
}

function toAttempt(row: AttemptRow): SignAttempt {
  return {
    id: row.id,
    sessionId: row.session_id,
    accountId: row.account_id,
    purpose: row.purpose,
    method: row.method,
    callbackKey: row.callback_key,
    status: row.status,
    attachments: row.attachments,
    stateSealed: row.state_sealed,
    callbackSealed: row.callback_sealed ?? undefined,
    returnHash: row.return_hash ?? undefined,
    failure: row.failure ?? undefined,
    inWindow: row.in_window,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function insertAttempt(
  db: Queryable,
  attempt: Omit<SignAttempt, 'status' | 'callbackSealed' | 'returnHash' | 'failure' | 'updatedAt'>,
): Promise<void> {
  await db.query(
    `insert into sign_attempts (id, session_id, account_id, method, callback_key, status, state_sealed, created_at, updated_at,
                                attachments, in_window, purpose)
     values ($1, $2, $3, $4, $5, 'started', $6, $7, $7, $8, $9, $10)`,
    [
      attempt.id,
      attempt.sessionId,
      attempt.accountId,
      attempt.method,
      attempt.callbackKey,
      attempt.stateSealed,
      attempt.createdAt,
      JSON.stringify(attempt.attachments),
      attempt.inWindow,
      attempt.purpose,
    ],
  );
}

export async function findAttempt(db: Queryable, id: string): Promise<SignAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from sign_attempts where id = $1', [id]);
  return rows[0] && toAttempt(rows[0]);
}

export async function findAttemptByCallback(db: Queryable, callbackKey: string): Promise<SignAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>('select * from sign_attempts where callback_key = $1', [callbackKey]);
  return rows[0] && toAttempt(rows[0]);
}

/** The latest attempt of a session that the person is still in. */
export async function findOpenAttempt(db: Queryable, sessionId: string): Promise<SignAttempt | undefined> {
  const { rows } = await db.query<AttemptRow>(
    `select * from sign_attempts where session_id = $1 and status in ('started', 'returned') order by id desc limit 1`,
    [sessionId],
  );
  return rows[0] && toAttempt(rows[0]);
}

/** Keeps what the browser came back with. `false` when one came back before: only the first return counts. */
export async function recordReturn(
  db: Queryable,
  id: string,
  back: { callbackSealed: Buffer; returnHash: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update sign_attempts set status = 'returned', callback_sealed = $2, return_hash = $3, updated_at = $4
      where id = $1 and status = 'started'`,
    [id, back.callbackSealed, back.returnHash, back.at],
  );
  return rowCount === 1;
}

/**
 * Takes the attempt for completion. `false` when another request has it: an eID's answer can be used once only, so two
 * must not try. A claim whose holder died is free again after half a minute.
 */
export async function claimAttempt(db: Queryable, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update sign_attempts set status = 'completing', updated_at = $2
      where id = $1 and (status = 'returned' or (status = 'completing' and updated_at < $3))`,
    [id, at, new Date(at.getTime() - 30_000)],
  );
  return rowCount === 1;
}

/** Gives a claimed attempt back, so that completing can be tried again, for example when the eID could not be reached. */
export async function releaseAttempt(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query(
    `update sign_attempts set status = 'returned', updated_at = $2 where id = $1 and status = 'completing'`,
    [id, at],
  );
}

/**
 * Ends a claimed attempt. A signature always counts; anything else only while the attempt is claimed, so that a slower
 * request cannot overwrite what a faster one has reached.
 */
export async function finishAttempt(
  db: Queryable,
  id: string,
  status: 'signed' | 'identified' | 'canceled' | 'failed',
  at: Date,
  failure?: AttemptFailure,
): Promise<void> {
  await db.query(
    `update sign_attempts set status = $2, updated_at = $3, failure = $4
      where id = $1 and ($2 = 'signed' or status = 'completing')`,
    [id, status, at, failure ? JSON.stringify(failure) : null],
  );
}

/** Ends an attempt that nobody is completing; `false` when it is being completed or has ended. */
export async function abandonAttempt(db: Queryable, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update sign_attempts set status = 'canceled', updated_at = $2 where id = $1 and status in ('started', 'returned')`,
    [id, at],
  );
  return rowCount === 1;
}
