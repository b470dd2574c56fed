import type { RouteDefinition } from '../kernel/http/route.ts';
import { appView } from './app-view.ts';
import { abandonEid, completeEid, giveUp, pollEid } from './complete-eid.ts';
import {
  ChangeLanguageRequest,
  CompleteEidRequest,
  OpenSessionRequest,
  OpenSessionResponse,
  PollEidRequest,
  PollEidResponse,
  StartEidRequest,
  StartEidResponse,
  ViewResponse,
} from './contract/app.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { openSession } from './open-session.ts';
import type { SessionContext, Visitor } from './session-context.ts';
import { startEid } from './start-eid.ts';
import { changeLanguage, stayActive } from './stay-active.ts';

const tags: [string] = ['Identification app'];

/** The one call of the identification app that needs no token of a session. */
export function sessionOpenRoutes(deps: IdentificationDeps): RouteDefinition<Visitor>[] {
  return [
    {
      method: 'POST',
      path: '/id/app/v1/open',
      operationId: 'IdentificationApp_Open',
      summary: 'The page runs: start the session in this browser, or show it again',
      tags,
      body: OpenSessionRequest,
      responses: { 200: OpenSessionResponse },
      handle: (visitor, { body }) => openSession(deps, visitor, body),
    },
  ];
}

/** The server side of the identification app; the caller is the browser that started the session. */
export function identificationAppRoutes(deps: IdentificationDeps): RouteDefinition<SessionContext>[] {
  return [
    {
      method: 'GET',
      path: '/id/app/v1/session',
      operationId: 'IdentificationApp_Get',
      summary: 'What the session shows now',
      tags,
      responses: { 200: ViewResponse },
      handle: async ({ session }) => ({ status: 200, body: { view: await appView(deps, session) } }),
    },
    {
      method: 'POST',
      path: '/id/app/v1/keepalive',
      operationId: 'IdentificationApp_KeepAlive',
      summary: 'Something was done on the page',
      tags,
      responses: { 204: null },
      handle: (context) => stayActive(deps, context),
    },
    {
      method: 'POST',
      path: '/id/app/v1/language',
      operationId: 'IdentificationApp_ChangeLanguage',
      summary: 'Another language was chosen',
      tags,
      body: ChangeLanguageRequest,
      responses: { 204: null },
      handle: (context, { body }) => changeLanguage(deps, context, body),
    },
    {
      method: 'POST',
      path: '/id/app/v1/eid/start',
      operationId: 'IdentificationApp_StartEid',
      summary: 'Hand over to the chosen eID',
      tags,
      body: StartEidRequest,
      responses: { 200: StartEidResponse },
      handle: (context, { body }) => startEid(deps, context, body),
    },
    {
      method: 'POST',
      path: '/id/app/v1/eid/complete',
      operationId: 'IdentificationApp_CompleteEid',
      summary: 'Finish after the eID has sent the browser back',
      tags,
      body: CompleteEidRequest,
      responses: { 200: ViewResponse },
      handle: (context, { body }) => completeEid(deps, context, body),
    },
    {
      method: 'POST',
      path: '/id/app/v1/eid/poll',
      operationId: 'IdentificationApp_PollEid',
      summary: 'How an eID in an app of its own stands',
      tags,
      body: PollEidRequest,
      responses: { 200: PollEidResponse },
      handle: (context, { body }) => pollEid(deps, context, body),
    },
    {
      method: 'POST',
      path: '/id/app/v1/eid/abandon',
      operationId: 'IdentificationApp_AbandonEid',
      summary: 'Turn away from an eID that was started',
      tags,
      responses: { 204: null },
      handle: (context) => abandonEid(deps, context),
    },
    {
      method: 'POST',
      path: '/id/app/v1/cancel',
      operationId: 'IdentificationApp_Cancel',
      summary: 'Give up',
      tags,
      responses: { 200: ViewResponse },
      handle: (context) => giveUp(deps, context),
    },
  ];
}
