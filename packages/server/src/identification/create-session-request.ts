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
import { createSession, requireProviders } from './create-session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { parentFault } from './parents.ts';
import { isHeadless } from './provider-catalogue.ts';
import { isReturnUrl } from './return-url.ts';
import type { SessionRequest } from './session-record.ts';
import { sessionResource } from './session-resource.ts';

/**
 * The newer API's create. Throws 402 `not_in_subscription` for an eID that is not enabled and for the national number
 * where the account may not read it, 422 `flow_not_supported` for a flow that the eIDs cannot do.
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
  if (body.flow === 'headless') throw new TypeError('an eID without a page is registered, and nothing here starts one');
  return createSession(
    deps,
    context,
    {
      generation: 'v2',
      request: sessionRequest(body, providers),
      prefilled: {
        ...body.prefilledInput,
        dateOfBirth: body.prefilledInput?.dateOfBirth?.slice(0, 10),
      } as NonNullable<Request['prefilledInput']>,
      externalReference: body.externalReference,
      departmentId: body.departmentId,
      fingerprint: requestFingerprint([{ schema: CreateSessionRequest, value: body }]),
    },
    (session, replayed) => ({
      status: replayed ? 200 : 201,
      body: sessionResource(deps, { session, identity: undefined, number: undefined }),
      headers: headersOf(deps, session.id, replayed),
    }),
  );
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
