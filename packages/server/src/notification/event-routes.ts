import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import {
  DeliveryParams,
  EventDto,
  EventFilterQuery,
  EventIds,
  EventLogPage,
  EventLogQuery,
  EventParams,
  EventTypeInfo,
  MAX_EVENTS,
  MockEventRequest,
  ReplayRequest,
  ReplayResult,
  TakeEventsQuery,
} from './contract/event.ts';
import { EVENT_EXAMPLES as EXAMPLES } from './contract/event-examples.ts';
import { clearEvents, handleEvent, handleEvents } from './handle-events.ts';
import { listEventLog } from './list-event-log.ts';
import { listEventTypes } from './list-event-types.ts';
import { mockEvent } from './mock-event.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { peekEvents } from './peek-events.ts';
import { redeliver, replayEvents } from './replay-events.ts';
import { takeEvents } from './take-events.ts';

export function eventRoutes(deps: NotificationDeps): RouteDefinition[] {
  const events = { tags: ['Events'] as [string], scope: 'event' };
  const handleOne = {
    ...events,
    method: 'POST',
    summary: 'Handle event',
    description: 'It is never handed out again. Needs no lock, and may be repeated.',
    params: EventParams,
    responses: { 200: null },
    handle: (context, input) => handleEvent(deps, context, input),
  } satisfies Partial<RouteDefinition>;
  const handleMany = {
    ...events,
    method: 'POST',
    summary: 'Handle events',
    description: 'Takes an array of ids, or one id. Ids that nobody knows are passed over.',
    example: EXAMPLES.handleMany,
    body: EventIds,
    responses: { 200: null },
    handle: (context, input) => handleEvents(deps, context, input),
  } satisfies Partial<RouteDefinition>;
  return [
    {
      ...events,
      method: 'GET',
      path: '/notification/events',
      operationId: 'Events_Get',
      summary: 'Take events',
      description: `Up to ${MAX_EVENTS} events that are not handled, oldest first. Each is held for 10 minutes: until then, or until it is handled, nobody else gets it.`,
      example: EXAMPLES.list,
      query: TakeEventsQuery,
      responses: { 200: Type.Array(EventDto) },
      handle: (context, input) => takeEvents(deps, context, input),
    },
    {
      ...events,
      method: 'GET',
      path: '/notification/events/peek',
      operationId: 'Events_Peek',
      summary: 'Peek at events',
      description: 'The oldest events that are not handled, held or not. Nothing changes.',
      example: EXAMPLES.list,
      query: EventFilterQuery,
      responses: { 200: Type.Array(EventDto) },
      handle: (context, input) => peekEvents(deps, context, input),
    },
    {
      ...events,
      method: 'GET',
      path: '/notification/events/log',
      operationId: 'Events_Log',
      summary: 'Read the event log',
      description:
        'Every event of the last 30 days, handled or not. Keep nextCursor and go on from there: nothing is ever added before it.',
      example: EXAMPLES.log,
      query: EventLogQuery,
      responses: { 200: EventLogPage },
      handle: (context, input) => listEventLog(deps, context, input),
    },
    {
      ...events,
      method: 'GET',
      path: '/notification/events/types',
      operationId: 'Events_GetEventTypes',
      summary: 'List event types',
      description: 'What can happen, in words for people.',
      example: EXAMPLES.types,
      responses: { 200: Type.Array(EventTypeInfo) },
      handle: (context) => listEventTypes(deps, context),
    },
    { ...handleMany, path: '/notification/events/handle', operationId: 'Events_HandleMany' },
    { ...handleMany, path: '/notification/events', operationId: 'Events_HandleManyOlderPath' },
    { ...handleOne, path: '/notification/events/{eventId}/handle', operationId: 'Events_Handle' },
    { ...handleOne, path: '/notification/events/{eventId}', operationId: 'Events_HandleOlderPath' },
    {
      ...events,
      method: 'POST',
      path: '/notification/events/clear',
      operationId: 'Events_Clear',
      summary: 'Handle all events',
      description: 'Everything that is not handled yet, held or not, counts as handled.',
      responses: { 200: null },
      handle: (context) => clearEvents(deps, context),
    },
    {
      ...events,
      method: 'POST',
      path: '/notification/events/mock',
      operationId: 'Events_MockEvent',
      summary: 'Make a sample event',
      description:
        'It is in the queue and goes to webhooks like any other, with the tag mock and ids that exist nowhere.',
      example: EXAMPLES.mock,
      body: MockEventRequest,
      responses: { 200: EventDto },
      handle: (context, input) => mockEvent(deps, context, input),
    },
    {
      ...events,
      method: 'POST',
      path: '/notification/events/replay',
      operationId: 'Events_Replay',
      summary: 'Send events again',
      description: 'Events of the last 30 days go to one active webhook again, with the ids that they have.',
      example: EXAMPLES.replay,
      body: ReplayRequest,
      responses: { 200: ReplayResult },
      handle: (context, input) => replayEvents(deps, context, input),
    },
    {
      tags: ['Webhooks'],
      scope: 'event',
      method: 'POST',
      path: '/notification/webhooks/{id}/deliveries/{deliveryId}/redeliver',
      operationId: 'Webhooks_Redeliver',
      summary: 'Send a delivery again',
      description: 'The same bytes, as a new delivery.',
      params: DeliveryParams,
      responses: { 204: null },
      handle: (context, input) => redeliver(deps, context, input),
    },
  ];
}
