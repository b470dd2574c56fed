import type { EidOutcome, EidPerson } from '../eid/index.ts';
import type { SigningSession } from './session-store.ts';
import type { SignatureDeps } from './signature-deps.ts';

type Completed = Extract<EidOutcome, { result: 'completed' }>;

/** A login at an eID that is kept with the session, so that nobody has to log in twice for one document. */
export interface KeptLogin {
  attemptId: string;
  method: string;
  person: EidPerson;
  /** `content` is base64. */
  native: Omit<Completed['native'], 'content'> & { content: string };
  authenticatedAt: string;
  assuranceLevel: string;
  /** When the person set out for the eID, on the account's clock. */
  startedAt: string;
}

export function sealLogin(
  deps: Pick<SignatureDeps, 'box'>,
  sessionId: string,
  attempt: { id: string; method: string; createdAt: Date },
  outcome: Completed,
): Buffer {
  const login: KeptLogin = {
    attemptId: attempt.id,
    method: attempt.method,
    person: outcome.person,
    native: { ...outcome.native, content: outcome.native.content.toString('base64') },
    authenticatedAt: outcome.authenticatedAt.toISOString(),
    assuranceLevel: outcome.assuranceLevel,
    startedAt: attempt.createdAt.toISOString(),
  };
  return deps.box.encrypt(Buffer.from(JSON.stringify(login), 'utf8'), boundTo(sessionId));
}

export function openLogin(
  deps: Pick<SignatureDeps, 'box'>,
  session: Pick<SigningSession, 'id' | 'loginSealed'>,
): KeptLogin | undefined {
  if (!session.loginSealed) return undefined;
  return JSON.parse(deps.box.decrypt(session.loginSealed, boundTo(session.id)).toString('utf8')) as KeptLogin;
}

function boundTo(sessionId: string): string {
  return `login of session ${sessionId}`;
}
