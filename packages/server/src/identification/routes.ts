import Type from 'typebox';
import { CursorPage, cursorQuery } from '../kernel/http/cursor-page.ts';
import { ListResult, listResultQuery } from '../kernel/http/list-result.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { EXAMPLES } from './contract/examples.ts';
import {
  CreateBankIDMobileRequest,
  CreateBankIDMobileResponse,
  CreateIdentificationRequest,
  CreateIdentificationResponse,
  IdentificationCompleteResponse,
  IdentificationLogItem,
  IdentificationResponse,
  InvalidateIdentificationRequest,
  InvalidateQuery,
  LOG_FILTERS,
  LogItemPath,
  LogItemQuery,
  LogPath,
  MAX_LOG_PAGE,
  ResultQuery,
  StatusQuery,
} from './contract/identification.ts';
import {
  CreateSessionRequest,
  LanguageItem,
  ProviderItem,
  ProviderQuery,
  SessionListItem,
  SessionPath,
  SessionResource,
  SimulateRequest,
} from './contract/session.ts';
import { createIdentification, createMobileIdentification } from './create-identification.ts';
import { createSessionOfRequest } from './create-session-request.ts';
import { getSession, invalidateOwnSession, listOwnSessions, SESSION_LIST } from './get-session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { invalidateIdentification } from './invalidate-identification.ts';
import { listAccountProviders, listLanguages, listProviders } from './list-choices.ts';
import { getLogItem, listLogItems } from './read-log.ts';
import { getDone, getResult } from './result.ts';
import { simulateSession } from './simulate-session.ts';

const common = { tags: ['Identification'] as [string], scope: 'identify', product: 'identification' };

/** The operations of `/identification`: one row each, no logic. */
export function identificationRoutes(deps: IdentificationDeps): RouteDefinition[] {
  return [...olderRoutes(deps), ...newerRoutes(deps)];
}

/** Those of the first generation, with names in PascalCase. */
function olderRoutes(deps: IdentificationDeps): RouteDefinition[] {
  const older = { ...common, naming: 'pascal' as const };
  return [
    {
      ...older,
      method: 'POST',
      path: '/identification/session',
      operationId: 'CreateIdentificationSession',
      creates: true,
      summary: 'Create an identification session',
      description:
        'Send the user to the Url, or frame it. The same request with the same ExternalReference answers the session that is not finished yet.',
      example: EXAMPLES.createOlder,
      body: CreateIdentificationRequest,
      responses: { 200: CreateIdentificationResponse },
      handle: (context, { body }) => createIdentification(deps, context, body),
    },
    {
      ...older,
      method: 'GET',
      path: '/identification/session',
      operationId: 'GetIdentificationResult',
      summary: 'Get the result of a session',
      description: 'Who it was, once the status is SUCCESS; it can be read for 14 days at most.',
      example: EXAMPLES.result,
      query: ResultQuery,
      responses: { 200: IdentificationResponse },
      handle: (context, { query }) => getResult(deps, context, query),
    },
    {
      ...older,
      method: 'GET',
      path: '/identification/session/status',
      operationId: 'GetIdentificationStatus',
      summary: 'Whether a session has ended',
      description: 'However it has ended; until then ask every two seconds.',
      example: EXAMPLES.done,
      query: StatusQuery,
      responses: { 200: IdentificationCompleteResponse },
      handle: (context, { query }) => getDone(deps, context, query.requestId),
    },
    {
      ...older,
      method: 'PUT',
      path: '/identification/session/invalidate',
      operationId: 'InvalidateIdentification',
      summary: 'Close a session',
      description:
        'Nobody can use it any more, and who it was is erased at once. The RequestId is in the body or the query.',
      example: EXAMPLES.invalidateOlder,
      query: InvalidateQuery,
      body: InvalidateIdentificationRequest,
      responses: { 200: Type.Object({}) },
      handle: (context, { body, query }) => invalidateIdentification(deps, context, { body, query }),
    },
    {
      ...older,
      method: 'POST',
      path: '/identification/no/bankid/mobile',
      operationId: 'CreateBankIDMobileIdentification',
      creates: true,
      summary: 'Identify with Norwegian BankID on mobile',
      description: 'Without a page. No instance offers this eID yet: 402 not_in_subscription.',
      example: EXAMPLES.mobile,
      body: CreateBankIDMobileRequest,
      responses: { 200: CreateBankIDMobileResponse },
      handle: (context, { body }) => createMobileIdentification(deps, context, body),
    },
    {
      ...older,
      method: 'GET',
      path: '/identification/log/requestId/{requestId}',
      operationId: 'GetIdentificationLogItem',
      summary: 'Get a session from the log',
      description: 'It is kept for 24 months; names and addresses leave it earlier.',
      example: EXAMPLES.logItem,
      params: LogItemPath,
      query: LogItemQuery,
      responses: { 200: IdentificationLogItem },
      handle: (context, { params, query }) => getLogItem(deps, context, { params, query }),
    },
    {
      ...older,
      method: 'GET',
      path: '/identification/log/filter/{year}',
      operationId: 'ListIdentificationLog',
      summary: 'List the sessions of a year, a month or a day, newest first',
      description: 'Of both generations. The log is kept for 24 months; names and addresses leave it earlier.',
      example: EXAMPLES.log,
      params: LogPath,
      query: listResultQuery(LOG_FILTERS, MAX_LOG_PAGE),
      responses: { 200: ListResult(IdentificationLogItem) },
      handle: (context, { params, query }) => listLogItems(deps, context, { params, query }),
    },
  ];
}

function newerRoutes(deps: IdentificationDeps): RouteDefinition[] {
  return [
    {
      ...common,
      method: 'POST',
      path: '/identification/v2/sessions',
      operationId: 'Sessions_Create',
      creates: true,
      summary: 'Create a session',
      description:
        'Send the user to the url, or frame it. The same request with the same externalReference answers the session that is not finished yet, with 200.',
      example: EXAMPLES.create,
      body: CreateSessionRequest,
      responses: { 200: SessionResource, 201: SessionResource },
      handle: (context, { body }) => createSessionOfRequest(deps, context, body),
    },
    {
      ...common,
      method: 'GET',
      path: '/identification/v2/sessions',
      operationId: 'Sessions_List',
      summary: 'List sessions, newest first',
      description: 'Without personal data.',
      example: EXAMPLES.list,
      query: cursorQuery({}, SESSION_LIST),
      responses: { 200: CursorPage(SessionListItem) },
      handle: (context, { query }) => listOwnSessions(deps, context, query),
    },
    {
      ...common,
      method: 'GET',
      path: '/identification/v2/sessions/{id}',
      operationId: 'Sessions_Get',
      summary: 'Get a session',
      description:
        'Who it was, once the status is success; it can be read for 14 days at most, the rest for 24 months.',
      example: EXAMPLES.get,
      params: SessionPath,
      responses: { 200: SessionResource },
      handle: (context, { params }) => getSession(deps, context, params.id),
    },
    {
      ...common,
      method: 'POST',
      path: '/identification/v2/sessions/{id}/invalidate',
      operationId: 'Sessions_Invalidate',
      summary: 'Close a session',
      description: 'Nobody can use it any more, and who it was is erased at once.',
      params: SessionPath,
      responses: { 204: null },
      handle: (context, { params }) => invalidateOwnSession(deps, context, params.id),
    },
    {
      ...common,
      method: 'POST',
      path: '/identification/v2/sessions/{id}/simulate',
      operationId: 'Sessions_Simulate',
      environment: 'test',
      summary: 'Finish a session without a browser',
      description: 'Plays a test person at the simulator of the eID.',
      example: EXAMPLES.simulate,
      params: SessionPath,
      body: SimulateRequest,
      responses: { 204: null },
      handle: (context, { params, body }) => simulateSession(deps, context, params.id, body),
    },
    {
      ...common,
      method: 'GET',
      path: '/identification/v2/languages',
      operationId: 'Languages_List',
      summary: 'List the languages of the page',
      description: 'Each with its name in itself.',
      example: EXAMPLES.languages,
      responses: { 200: Type.Array(LanguageItem) },
      handle: async (_context, { headers }) => listLanguages(headers),
    },
    {
      ...common,
      method: 'GET',
      path: '/identification/v2/id-providers',
      operationId: 'IdProviders_List',
      summary: 'List all eIDs',
      description: 'Those too that the account cannot use.',
      example: EXAMPLES.providers,
      query: ProviderQuery,
      responses: { 200: Type.Array(ProviderItem) },
      handle: async (_context, input) => listProviders(deps, input),
    },
    {
      ...common,
      method: 'GET',
      path: '/identification/v2/id-providers/account',
      operationId: 'IdProviders_ListOfAccount',
      summary: 'List the eIDs of the account',
      description: 'Those that its users can choose in this environment.',
      example: EXAMPLES.providers,
      query: ProviderQuery,
      responses: { 200: Type.Array(ProviderItem) },
      handle: async (context, input) => listAccountProviders(deps, context, input),
    },
  ];
}
