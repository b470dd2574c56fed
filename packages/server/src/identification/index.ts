import type { FastifyInstance } from 'fastify';
import { answerWrongVerbs, registerRoutesFor } from '../kernel/http/register-routes.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { identificationAppRoutes, sessionOpenRoutes } from './app-routes.ts';
import { registerEntryPages } from './entry-page.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { identificationRoutes } from './routes.ts';
import { requireBrowser } from './session-context.ts';
import { registerStaticFiles } from './static-files.ts';

export { isProviderName as isIdentificationProvider } from './contract/providers.ts';
export type { IdentificationDeps, PlayTestPerson } from './identification-deps.ts';
export { EID_CALLBACK_PATH as IDENTIFICATION_CALLBACK_PATH } from './offered-providers.ts';
export { createSessionLinks } from './session-link.ts';
export { fireDueSessionTimers, startSessionTimers } from './session-timers.ts';

export interface Identification {
  routes: RouteDefinition[];
  /** Mounts the identification app's pages and its server side. */
  registerApp(app: FastifyInstance, options: { shell(): Promise<string> }): void;
}

export function createIdentification(deps: IdentificationDeps): Identification {
  return {
    routes: identificationRoutes(deps),
    registerApp(app, options) {
      registerEntryPages(app, deps, options);
      registerStaticFiles(app);
      const openRoutes = sessionOpenRoutes(deps);
      const sessionRoutes = identificationAppRoutes(deps);
      const throttle = { perAddress: 'signing', perCaller: 'session' } as const;
      registerRoutesFor(app, openRoutes, {
        throttle,
        context: async (request) => ({
          clientIp: request.ip,
          userAgent: request.headers['user-agent']?.slice(0, 500),
          requireHttps: (environment) => requireHttps(request, environment),
        }),
      });
      registerRoutesFor(app, sessionRoutes, {
        throttle,
        context: async (request) => {
          const context = await requireBrowser(deps, {
            authorization: request.headers.authorization,
            clientIp: request.ip,
          });
          const { accountId, environment } = context.session;
          request.onBehalfOf = { accountId, environment };
          requireHttps(request, environment);
          return context;
        },
      });
      answerWrongVerbs(app, [...openRoutes, ...sessionRoutes]);
    },
  };
}
