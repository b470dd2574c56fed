import type { FieldError } from '../kernel/errors/segl-error.ts';
import { listResult, skippedPages } from '../kernel/http/list-result.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { MAX_LOG_PAGE, type OlderStatus } from './contract/identification.ts';
import { olderName, providerNamed } from './contract/providers.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { firstSessionId } from './request-id.ts';
import { requireByRequestId } from './result.ts';
import { olderErrorCode } from './session-error.ts';
import type { SessionRecord } from './session-record.ts';
import { olderStatus, statusOfOlder } from './session-state.ts';
import { listLog } from './store.ts';

/** Throws 404 `session_not_found`, 403 `forbidden` for another account than those of the dealer. */
export async function getLogItem(
  deps: IdentificationDeps,
  context: OperationContext,
  input: { params: { requestId: string }; query: { accountId?: string } },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  return { status: 200, body: logItem(await requireByRequestId(deps, owner, input.params.requestId)) };
}

export interface LogQuery {
  month?: number;
  day?: number;
  status?: OlderStatus;
  identityProviderType?: string;
  externalId?: string;
  name?: string;
  accountId?: string;
  skip?: number;
  pageSize?: number;
}

/** Sessions that were created in a year, a month or on a day, of every status and of both APIs, newest first. */
export async function listLogItems(
  deps: IdentificationDeps,
  context: OperationContext,
  { params, query }: { params: { year: number }; query: LogQuery },
): Promise<OperationResult> {
  const period = periodOf(params.year, query);
  const owner = await deps.actingOwner(context, query.accountId);
  const window = skippedPages(query, MAX_LOG_PAGE);
  const list = { publicUrl: deps.publicUrl, path: `/identification/log/filter/${params.year}`, query: { ...query } };
  const status = query.status && statusOfOlder(query.status);
  // No session is ever in the status that the contract calls UNKNOWN.
  if (query.status && !status) return { status: 200, body: listResult({ ...list, window, size: 0, data: [] }) };
  const { size, sessions } = await listLog(
    deps.database,
    owner,
    {
      fromId: firstSessionId(period.fromMs),
      toId: firstSessionId(period.toMs),
      status,
      provider: query.identityProviderType && providerNamed(query.identityProviderType),
      externalReference: query.externalId,
      namePart: query.name,
    },
    { offset: window.skip * window.pageSize, limit: window.pageSize },
  );
  return { status: 200, body: listResult({ ...list, window, size, data: sessions.map(logItem) }) };
}

function periodOf(year: number, { month, day }: LogQuery): { fromMs: number; toMs: number } {
  const errors: FieldError[] = [];
  if (day !== undefined && month === undefined) {
    errors.push({ field: 'month', code: 'required', message: 'Required with a day.' });
  } else if (day !== undefined && new Date(Date.UTC(year, month! - 1, day)).getUTCDate() !== day) {
    errors.push({ field: 'day', code: 'date', message: 'There is no such day in the month.' });
  }
  if (errors.length > 0) throw validationFailed(errors);
  if (month === undefined) return { fromMs: instant(year, 0, 1), toMs: instant(year + 1, 0, 1) };
  if (day === undefined) return { fromMs: instant(year, month - 1, 1), toMs: instant(year, month, 1) };
  return { fromMs: instant(year, month - 1, day), toMs: instant(year, month - 1, day + 1) };
}

/** Nothing is older than the epoch that the ids count from. */
function instant(year: number, month: number, day: number): number {
  return Math.max(0, Date.UTC(year, month, day));
}

function logItem(session: SessionRecord) {
  const { provider, error } = session;
  return {
    Id: session.requestId,
    Name: session.fullName,
    Status: olderStatus(session.status),
    ClientIp: session.clientIp,
    UserAgent: session.userAgent,
    IdentityProviderType: provider && (olderName(provider) ?? provider),
    Language: session.language?.toUpperCase(),
    Externalid: session.externalReference,
    Errorcode: error && olderErrorCode(error.code),
    Timestamp: session.createdAt.toISOString(),
    iFrame: session.request.frame !== undefined,
    SocialSecurityNumber: session.numberDelivered,
    AccountId: session.accountId,
  };
}
