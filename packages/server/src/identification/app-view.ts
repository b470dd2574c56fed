import { lastOrigins } from '../kernel/http/frame-domains.ts';
import type { AppView } from './contract/app.ts';
import { LANGUAGES } from './contract/session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { offeredProviders } from './offered-providers.ts';
import { countryOf, providerLabel } from './provider-catalogue.ts';
import { resolveReturnUrl } from './return-url.ts';
import { errorMessage } from './session-error.ts';
import type { SessionRecord } from './session-record.ts';
import { isFinal } from './session-state.ts';

const DEFAULT_FRAME_HEIGHT_PX = 320;

/** What the app shows of a session. Who the person is, is not in it. */
export async function appView(deps: IdentificationDeps, session: SessionRecord): Promise<AppView> {
  const { request, error } = session;
  const profile = await deps.accountProfile(session.accountId);
  return {
    sessionId: session.generation === 'v1' ? session.requestId : session.id,
    requestId: session.requestId,
    status: session.status,
    environment: session.environment,
    accountName: profile.name,
    logoUrl: profile.logoUrl,
    cssUrl: profile.cssUrl,
    language: session.language,
    pageTitle: request.pageTitle,
    externalReference: session.externalReference,
    ui: {
      hideProviderHeader: request.ui.hideProviderHeader ?? false,
      hideFooter: request.ui.hideFooter ?? false,
      themeMode: request.ui.themeMode ?? 'light',
      colorTheme: request.ui.colorTheme ?? 'default',
    },
    providers: offeredProviders(deps, session).map((type) => ({
      type,
      country: countryOf(type),
      names: Object.fromEntries(
        LANGUAGES.map((language) => [language, providerLabel(type, language)]),
      ) as AppView['providers'][number]['names'],
    })),
    provider: session.provider,
    frame: request.frame && {
      messageOrigins: lastOrigins(request.frame.domains, session.environment),
      webMessaging: request.frame.webMessaging,
      heightPx: request.frame.heightPx ?? DEFAULT_FRAME_HEIGHT_PX,
    },
    returnUrl: isFinal(session.status) ? returnUrl(session) : undefined,
    error: error && {
      code: error.code,
      message: errorMessage(error.code),
      ...(error.providerCode === undefined ? {} : { providerCode: error.providerCode }),
    },
  };
}

/** Of a closed session nothing is to be returned to. */
function returnUrl(session: SessionRecord): string | undefined {
  const { success, abort, error } = session.request.returnUrls;
  const templates = { success, user_aborted: abort, failed: error, timed_out: error };
  const template = Object.hasOwn(templates, session.status)
    ? templates[session.status as keyof typeof templates]
    : undefined;
  return template === undefined
    ? undefined
    : resolveReturnUrl(template, {
        generation: session.generation,
        sessionId: session.id,
        requestId: session.requestId,
        externalReference: session.externalReference,
        error: session.error,
      });
}
