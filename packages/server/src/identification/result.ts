import type { Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { changeSession, changeSessionIn, invalidated, sessionNotFound } from './change-session.ts';
import type { ResultQuery } from './contract/identification.ts';
import { olderName, type ProviderName } from './contract/providers.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { type Identity, openIdentity, openNumber } from './identity.ts';
import { errorMessage, olderErrorCode, type SessionError } from './session-error.ts';
import { type SessionRecord, withEvent } from './session-record.ts';
import { isFinal, olderStatus } from './session-state.ts';
import { findByRequestId } from './store.ts';

/** What a session says of its person, read out and written down. */
export interface ReadResult {
  session: SessionRecord;
  identity: Identity | undefined;
  number: string | undefined;
}

/**
 * Reads the result of a session, its state included. Who it was is handed out together with an entry in the session's
 * audit trail and, where a national number is in it, one in the account's audit log: neither without the other.
 */
export async function readResult(
  deps: IdentificationDeps,
  context: OperationContext,
  found: SessionRecord,
): Promise<ReadResult> {
  return deps.database.transaction(async (tx) => {
    const session = await changeSessionIn(deps, tx, found.id, (current, now) => {
      if (!current.identitySealed) return undefined;
      const auditTrail = withEvent(current.auditTrail, 'session_read', now, { clientId: context.clientId });
      return { ...current, auditTrail };
    });
    const number = openNumber(deps, session);
    if (number !== undefined) await auditReading(deps, tx, context, session);
    return { session, identity: openIdentity(deps, session), number };
  });
}

async function auditReading(
  deps: IdentificationDeps,
  tx: Transaction,
  context: OperationContext,
  session: SessionRecord,
): Promise<void> {
  await deps.writeAudit(tx, {
    accountId: context.accountId,
    environment: context.environment,
    occurredAt: deps.clock.now(),
    actorClientId: context.clientId,
    requestId: context.requestId,
    action: 'identification.national_number_read',
    targetId: session.id,
    details: {},
  });
}

/** Throws 404 `session_not_found`, and 410 `session_data_erased` after the readable period. */
export async function getResult(
  deps: IdentificationDeps,
  context: OperationContext,
  { requestId, metaData }: ResultQuery,
): Promise<OperationResult> {
  const { session, identity, number } = await readResult(deps, context, await findReadable(deps, context, requestId));
  return {
    status: 200,
    body: {
      Name: identity?.fullName,
      FirstName: identity?.firstName,
      MiddleName: identity?.middleName,
      LastName: identity?.lastName,
      DateOfBirth: identity?.dateOfBirth && shortDate(identity.dateOfBirth),
      Status: olderStatus(session.status),
      SocialSecurityNumber: number,
      // Swedish BankID has no id but the number.
      IdentityProviderUniqueId: session.provider === 'se_bankid' ? undefined : identity?.providerId,
      IdentityProvider: olderProvider(session.provider),
      Error: session.error && olderError(session.error),
      EnvironmentInfo: environmentInfo(session),
      MetaData: metaData ? metaDataOf(session, identity) : undefined,
      RequestId: session.requestId,
    },
  };
}

/** Throws like `getResult`. */
export async function getDone(
  deps: IdentificationDeps,
  context: OperationContext,
  requestId: string,
): Promise<OperationResult> {
  const session = await findReadable(deps, context, requestId);
  return { status: 200, body: { Done: isFinal(session.status) } };
}

/** Closes a session for good. Repeating it changes nothing. */
export function invalidateSession(deps: IdentificationDeps, sessionId: string): Promise<SessionRecord> {
  return changeSession(deps, sessionId, invalidated);
}

/** The session of a request id of the caller. Throws 404 `session_not_found`. */
export async function requireByRequestId(
  deps: IdentificationDeps,
  context: Pick<OperationContext, 'accountId' | 'environment'>,
  requestId: string,
): Promise<SessionRecord> {
  const session = await findByRequestId(deps.database, context, requestId);
  if (!session) throw sessionNotFound();
  return session;
}

async function findReadable(
  deps: IdentificationDeps,
  context: OperationContext,
  requestId: string,
): Promise<SessionRecord> {
  const session = await requireByRequestId(deps, context, requestId);
  if (session.erasedAt || (session.readableUntil && session.readableUntil <= context.now)) {
    throw new SeglError(410, 'session_data_erased', 'The result could be read for a while, and has been erased.');
  }
  return session;
}

export function olderProvider(provider: ProviderName | undefined): string {
  return (provider && olderName(provider)) ?? 'UNKNOWN';
}

function olderError({ code, providerCode }: SessionError) {
  return { ErrorCode: olderErrorCode(code), ErrorMessage: errorMessage(code), NativeErrorCode: providerCode };
}

function environmentInfo(session: SessionRecord) {
  const { clientIp, userAgent } = session;
  return clientIp === undefined && userAgent === undefined ? undefined : { UserAgent: userAgent, IPAddress: clientIp };
}

/** Values are text; structured ones are JSON. */
function metaDataOf(session: SessionRecord, identity: Identity | undefined): Record<string, string> {
  const { provider, request } = session;
  return {
    ...(identity?.dateOfBirth ? { dateOfBirth: identity.dateOfBirth } : {}),
    ...(provider && !olderName(provider) ? { provider } : {}),
    ...(identity?.certificate ? { 'no.bankid.user.certificate': JSON.stringify(identity.certificate) } : {}),
    ...(session.status === 'success' ? addOnResults(request.addOns) : {}),
  };
}

const KNOWN_ADD_ONS = new Set(
  [
    'personalInfo',
    'officialPersonalInfo',
    'personalCreditCheck',
    'bankIDApisAmlPersonSanctionPep',
    'bankIDApisAmlCurrentAddress',
  ].map((name) => name.toLowerCase()),
);

/** No information source is connected yet, and the session is none the worse for it. */
function addOnResults(addOns: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(addOns).map((name) => [
      name,
      JSON.stringify({ error: KNOWN_ADD_ONS.has(name.toLowerCase()) ? 'not_available' : 'unknown_service' }),
    ]),
  );
}

/** `1989-12-05` → `051289` */
function shortDate(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}${month}${year.slice(2)}`;
}
