import type { EidWaiting } from '../eid/index.ts';
import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import { requestFingerprint } from '../kernel/http/idempotency-fingerprint.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import type { ProviderName } from './contract/providers.ts';
import {
  CreateSessionRequest,
  type CreateSessionRequest as Request,
  type SessionLanguage,
} from './contract/session.ts';
import { createSession, type NewSession, requireProviders } from './create-session.ts';
import { pollHeadless, startHeadless } from './headless.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { parentFault } from './parents.ts';
import { isHeadless } from './provider-catalogue.ts';
import { isReturnUrl } from './return-url.ts';
import type { SessionRecord, SessionRequest } from './session-record.ts';
import { sessionResource } from './session-resource.ts';

/**
 * The newer API's create. Throws 402 `not_in_subscription` for an eID that is not enabled and for the national number
 * where the account may not read it, 422 `flow_not_supported` for a flow that the eIDs cannot do, 503
 * `eid_unavailable` for one without a page whose eID cannot be reached.
 */
export async function createSessionOfRequest(
  deps: IdentificationDeps,
  context: OperationContext,
  body: Request,
): Promise<OperationResult> {
  checkRestrictions(body, context.environment);
  const providers = [...new Set(body.allowedProviders ?? [])] as ProviderName[];
  if (body.include?.includes('nin')) await deps.requireFeatures(context, [{ product: 'ssn', field: 'include' }]);
  if (body.flow === 'headless' && (providers.length !== 1 || !isHeadless(providers[0]!))) {
    const message = 'Without a page exactly one eID is needed that runs without one.';
    throw new SeglError(422, 'flow_not_supported', message, {
      errors: [{ field: 'allowedProviders', code: 'enum', message }],
    });
  }
  requireProviders(
    deps,
    context,
    providers.map((name, index) => ({ name, field: `allowedProviders[${index}]` })),
  );
  const answer = (session: SessionRecord, replayed: boolean, waiting?: EidWaiting): OperationResult => ({
    status: replayed ? 200 : 201,
    body: sessionResource(deps, { session, identity: undefined, number: undefined }, waiting),
    headers: headersOf(deps, session.id, replayed),
  });
  const wanted = newSessionOf(body, providers);
  if (body.flow !== 'headless') return createSession(deps, context, wanted, answer);
  // The answer is complete only when the eID has started, which is not in the transaction of the session.
  let made: { session: SessionRecord; replayed: boolean } | undefined;
  await createSession(deps, { ...context, keepAnswer: undefined }, wanted, (session, replayed) => {
    made = { session, replayed };
    return answer(session, replayed);
  });
  const { session, replayed } = made!;
  const running = replayed ? session : await startHeadless(deps, context, session);
  return answer(running, replayed, await pollHeadless(deps, running));
}

function newSessionOf(body: Request, providers: ProviderName[]): NewSession {
  return {
    generation: 'v2',
    request: sessionRequest(body, providers),
    prefilled: {
      ...body.prefilledInput,
      dateOfBirth: body.prefilledInput?.dateOfBirth?.slice(0, 10),
    } as NonNullable<Request['prefilledInput']>,
    externalReference: body.externalReference,
    departmentId: body.departmentId,
    fingerprint: requestFingerprint([{ schema: CreateSessionRequest, value: body }]),
  };
}

function headersOf({ publicUrl }: Pick<IdentificationDeps, 'publicUrl'>, id: string, replayed: boolean) {
  const headers: Record<string, string> = replayed
    ? { 'idempotent-replayed': 'true' }
    : { location: `${publicUrl}/identification/v2/sessions/${id}` };
  return headers;
}

function sessionRequest(body: Request, providers: ProviderName[]): SessionRequest {
  const { redirectSettings: urls, iframeSettings: frame } = body;
  return {
    flow: body.flow,
    providers,
    language: (body.language ?? 'en') as SessionLanguage,
    include: [...new Set(body.include ?? [])],
    returnUrls: { success: urls?.successUrl, abort: urls?.abortUrl, error: urls?.errorUrl },
    frame:
      body.flow === 'iframe' && frame
        ? {
            // The last one is whom the page talks to.
            domains: [...frame.parentDomains, frame.postMessageTargetOrigin ?? frame.parentDomains[0]!].join(' '),
            webMessaging: urls === undefined,
            heightPx: undefined,
          }
        : undefined,
    pageTitle: undefined,
    addOns: {},
    ui: body.ui ?? {},
    iframeSettings: frame,
  };
}

function checkRestrictions(body: Request, environment: 'test' | 'prod'): void {
  const errors: FieldError[] = [];
  const { redirectSettings: urls, iframeSettings: frame } = body;
  for (const name of ['successUrl', 'abortUrl', 'errorUrl'] as const) {
    const url = urls?.[name];
    if (url === undefined && (body.flow === 'redirect' || urls !== undefined)) {
      const message = 'Required: all three return URLs, or none in a frame.';
      errors.push({ field: `redirectSettings.${name}`, code: 'required', message });
    } else if (url !== undefined && !isReturnUrl(url, environment)) {
      errors.push({ field: `redirectSettings.${name}`, code: 'url', message: 'Must be an absolute https URL.' });
    }
  }
  const domains = frame?.parentDomains ?? [];
  if (body.flow === 'iframe' && domains.length === 0) {
    errors.push({ field: 'iframeSettings.parentDomains', code: 'required', message: 'Required for the flow iframe.' });
  }
  domains.forEach((domain, index) => {
    // A pattern is fine where it is not the one that messages go to.
    const fault = /\s/.test(domain) ? 'Must be one host.' : parentFault(`${domain} receiver.example`);
    if (fault) errors.push({ field: `iframeSettings.parentDomains[${index}]`, code: 'format', message: fault });
  });
  const target = frame?.postMessageTargetOrigin ?? (errors.length === 0 ? domains[0] : undefined);
  const fault = target === undefined ? undefined : parentFault(target);
  if (fault) errors.push({ field: 'iframeSettings.postMessageTargetOrigin', code: 'format', message: fault });
  if (errors.length > 0) throw validationFailed(errors);
}
