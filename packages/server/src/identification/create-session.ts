import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { ProviderName } from './contract/providers.ts';
import type { PrefilledInput } from './contract/session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { sealPrefilled } from './identity.ts';
import { usableProviders } from './provider-catalogue.ts';
import { newRequestId } from './request-id.ts';
import { type SessionRecord, type SessionRequest, withEvent } from './session-record.ts';
import { isFinal, isOverdue } from './session-state.ts';
import { findSession, insertSession, lockReference, passReferenceOn, takeReference } from './store.ts';

const DAY_MS = 24 * 3_600_000;
/** Each further try means that a session has ended in between. */
const TRIES = 5;

export interface NewSession {
  generation: 'v1' | 'v2';
  request: SessionRequest;
  prefilled: PrefilledInput;
  externalReference: string | undefined;
  departmentId: string | undefined;
  /** Of the canonical request. */
  fingerprint: Buffer;
}

/**
 * Makes a session, or answers the unfinished one of the same reference that was made by the same request. `answer` says
 * what the caller gets. The answer for an `Idempotency-Key` is kept in the same transaction.
 */
export async function createSession(
  deps: IdentificationDeps,
  context: OperationContext,
  wanted: NewSession,
  answer: (session: SessionRecord, replayed: boolean) => OperationResult,
): Promise<OperationResult> {
  const { anonymizeAfterDays } = await deps.settings(deps.database, context.accountId);
  const session = newSession(deps, context, wanted, anonymizeAfterDays);
  return deps.database.transaction(async (tx) => {
    const { externalReference, accountId, environment } = session;
    const reference = externalReference ? { accountId, environment, externalReference } : undefined;
    const holder = { sessionId: session.id, fingerprint: wanted.fingerprint };
    let taken = reference === undefined;
    for (let tried = 0; reference && !taken && tried < TRIES; tried += 1) {
      if (await takeReference(tx, reference, holder)) {
        taken = true;
        break;
      }
      const other = await lockReference(tx, reference);
      if (!other) continue;
      const existing = await findSession(tx, other.sessionId);
      const runs = existing && !isFinal(existing.status) && !isOverdue(existing, context.now);
      if (runs && other.fingerprint.equals(wanted.fingerprint)) return kept(answer(existing, true));
      await passReferenceOn(tx, reference, holder);
      taken = true;
    }
    if (!taken) {
      throw new SeglError(503, 'service_unavailable', 'Another request is at work under the same reference.', {
        retryAfterSeconds: 2,
      });
    }
    await insertSession(tx, session);
    return kept(answer(session, false));

    async function kept(result: OperationResult): Promise<OperationResult> {
      await context.keepAnswer?.(tx, result);
      return result;
    }
  });
}

function newSession(
  deps: IdentificationDeps,
  context: OperationContext,
  wanted: NewSession,
  anonymizeAfterDays: number,
): SessionRecord {
  const { accountId, environment, now } = context;
  const id = uuidv7(now);
  const hasPrefilled = Object.values(wanted.prefilled).some((value) => value !== undefined);
  return {
    id,
    accountId,
    environment,
    generation: wanted.generation,
    requestId: newRequestId(id),
    status: 'created',
    request: wanted.request,
    prefilledSealed: hasPrefilled ? sealPrefilled(deps, id, wanted.prefilled) : undefined,
    externalReference: wanted.externalReference,
    departmentId: wanted.departmentId,
    provider: undefined,
    language: wanted.request.language,
    browserHash: undefined,
    clientIp: undefined,
    userAgent: undefined,
    fullName: undefined,
    providerId: undefined,
    identitySealed: undefined,
    numberSealed: undefined,
    numberDelivered: false,
    error: undefined,
    auditTrail: withEvent([], 'session_created', now, { clientId: context.clientId }),
    createdAt: now,
    expiresAt: new Date(now.getTime() + deps.lifetimeMs),
    idleAt: undefined,
    endedAt: undefined,
    readableUntil: undefined,
    erasedAt: undefined,
    anonymizeAt: new Date(now.getTime() + anonymizeAfterDays * DAY_MS),
    anonymizedAt: undefined,
  };
}

/** Throws 402 `not_in_subscription` naming each eID that the account cannot use. */
export function requireProviders(
  deps: Pick<IdentificationDeps, 'eids'>,
  context: OperationContext,
  wanted: readonly { name: ProviderName; field: string }[],
): void {
  const usable = usableProviders(deps.eids, context.environment);
  const missing = wanted.filter(({ name }) => !usable.includes(name));
  if (missing.length === 0) return;
  const names = [...new Set(missing.map(({ name }) => name))].join(', ');
  throw new SeglError(402, 'not_in_subscription', `Not enabled for the account: ${names}.`, {
    errors: missing.map(({ field }) => ({ field, code: 'enum', message: 'This eID is not enabled for the account.' })),
  });
}
