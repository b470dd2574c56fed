import type { PrefilledInput, RESOURCE_STATUSES } from './contract/session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { openPrefilled } from './identity.ts';
import type { ReadResult } from './result.ts';
import { errorMessage } from './session-error.ts';
import { APP_PATH } from './session-link.ts';
import type { SessionRecord } from './session-record.ts';
import { isFinal } from './session-state.ts';

type Deps = Pick<IdentificationDeps, 'box' | 'numberBox' | 'links' | 'publicUrl'>;

/** A session in the list of the newer API: no personal data at all. */
export function sessionListItem(session: SessionRecord) {
  const { request, error } = session;
  return {
    id: session.id,
    status: session.status,
    created: session.createdAt.toISOString(),
    expires: session.expiresAt.toISOString(),
    provider: session.provider,
    error: error && {
      message: errorMessage(error.code),
      code: error.code,
      ...(error.providerCode === undefined ? {} : { providerCode: error.providerCode }),
    },
    allowedProviders: request.providers,
    language: session.language ?? 'en',
    flow: request.flow,
    include: request.include,
    externalReference: session.externalReference,
    departmentId: session.departmentId,
  };
}

/** The session as its owner reads it. What is erased, or was never there, is left out. */
export function sessionResource(deps: Deps, { session, identity, number }: ReadResult) {
  const { request, clientIp, userAgent } = session;
  const isReadable = session.erasedAt === undefined;
  const { returnUrls: urls } = request;
  const hasUrls = Object.values(urls).some((url) => url !== undefined);
  const seen = isReadable && (clientIp !== undefined || userAgent !== undefined);
  return {
    ...sessionListItem(session),
    url:
      request.flow === 'headless' || isFinal(session.status)
        ? undefined
        : `${deps.publicUrl}${APP_PATH}/${deps.links.link(session.id)}`,
    identity: identity && {
      providerId: identity.providerId,
      fullName: identity.fullName,
      firstName: identity.firstName,
      middleName: identity.middleName,
      lastName: identity.lastName,
      dateOfBirth: identity.dateOfBirth,
      phoneNumber: identity.phoneNumber,
      email: identity.email,
      nin: number,
    },
    environment: seen ? { userAgent, ipAddress: clientIp } : undefined,
    redirectSettings: hasUrls ? { successUrl: urls.success, abortUrl: urls.abort, errorUrl: urls.error } : undefined,
    iframeSettings: request.iframeSettings,
    ui: { hideProviderHeader: false, hideFooter: false, themeMode: 'light', colorTheme: 'default', ...request.ui },
    prefilledInput: isReadable ? openPrefilled<PrefilledInput>(deps, session) : undefined,
    resources: isReadable ? resourcesOf(session) : undefined,
    auditTrail: { events: session.auditTrail },
  };
}

/** No register is connected yet: who asks for one learns why nothing comes. */
function resourcesOf(session: SessionRecord) {
  if (session.status !== 'success' || !session.request.include.includes('resource.vipps_aml_person')) return undefined;
  const status: (typeof RESOURCE_STATUSES)[number] = session.numberDelivered
    ? 'missing_credentials'
    : 'unsupported_idp';
  return [{ type: 'vipps_aml_person', id: session.id, status }];
}
