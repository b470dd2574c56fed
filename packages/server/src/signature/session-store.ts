import type { Queryable } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
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
