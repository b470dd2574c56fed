import Type, { type Static } from 'typebox';
import { DateTime, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { DOCUMENT_EVENT_TYPES, SHARE_EVENT_TYPES } from './event-types.ts';

const optional = Type.Optional;

/** Types of stored events. */
export const EVENT_TYPES = [...DOCUMENT_EVENT_TYPES, ...SHARE_EVENT_TYPES] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Longest time that a poll waits for an event. */
export const MAX_WAIT_SECONDS = 20;
/** Most events in one answer. */
export const MAX_EVENTS = 100;

const eventType = optional(
  Text({ maxLength: 1000, description: 'One type of event, or several with commas between them.' }),
);
const tags = optional(
  Text({ maxLength: 2000, description: 'One tag, or several with commas; an event with one of them matches.' }),
);

export const EventFilterQuery = Type.Object({ eventType, tags });
export type EventFilterQuery = Static<typeof EventFilterQuery>;

export const TakeEventsQuery = Type.Object({
  eventType,
  tags,
  wait: optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_WAIT_SECONDS,
      description: 'Seconds to wait for an event when there is none.',
    }),
  ),
});
export type TakeEventsQuery = Static<typeof TakeEventsQuery>;

export const EventLogQuery = Type.Object({
  after: optional(Text({ maxLength: 100, description: 'nextCursor of the previous page; absent: from the start.' })),
  limit: optional(Type.Integer({ minimum: 1, maximum: MAX_EVENTS, description: `At most ${MAX_EVENTS}.` })),
  eventType,
  tags,
});
export type EventLogQuery = Static<typeof EventLogQuery>;

export const EventParams = Type.Object({ eventId: Guid({ description: 'Id of the event.' }) });
export type EventParams = Static<typeof EventParams>;

export const EventIds = Type.Array(Guid(), { maxItems: 1000, description: 'Ids of events.' });
export type EventIds = Static<typeof EventIds>;

/** Members in the order of the envelope that webhooks get, so that who reads the log has the same bytes. */
export const EventDto = Type.Object({
  id: Guid({ description: 'The same in the queue, in every webhook and in every attempt.' }),
  type: Type.String({ description: 'What happened.' }),
  timestamp: DateTime({ description: 'When it happened.' }),
  accountId: Guid({ description: 'Whose event it is.' }),
  payload: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description: 'Ids of what it happened to, and what belongs to the type.',
  }),
  tags: Type.Array(Type.String(), { description: 'Tags of the document, and of the signer when the event names one.' }),
});
export type EventDto = Static<typeof EventDto>;

export const EventLogPage = Type.Object({
  limit: Type.Integer({ description: 'Most events in one page.' }),
  nextCursor: Type.String({ description: 'Send it as after to go on; it stays valid when nothing has come yet.' }),
  data: Type.Array(EventDto, { description: 'Events in the order of the log.' }),
});

export const EventTypeInfo = Type.Object({
  id: Type.String({ description: 'The type, as in events and webhooks.' }),
  name: Type.String({ description: 'What people call it.' }),
  description: Type.String({ description: 'When it is raised.' }),
});

export const MockEventRequest = Type.Object({
  eventType: stringEnum(EVENT_TYPES, { description: 'Type of the sample.' }),
});
export type MockEventRequest = Static<typeof MockEventRequest>;

export const ReplayRequest = Type.Object({
  webhookId: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Where the events are sent again.' }),
  from: optional(DateTime({ description: 'Events that happened at this time or later.' })),
  to: optional(DateTime({ description: 'Events that happened before this time.' })),
  eventTypes: optional(Type.Array(stringEnum(EVENT_TYPES), { description: 'Only these types; empty: all.' })),
  tags: optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      maxItems: 50,
      description: 'Only events with at least one of these tags; empty: all.',
    }),
  ),
  documentId: optional(Guid({ description: 'Only events of this document.' })),
  dryRun: optional(Type.Boolean({ description: 'Only count, send nothing.' })),
});
export type ReplayRequest = Static<typeof ReplayRequest>;

export const ReplayResult = Type.Object({
  count: Type.Integer({ description: 'How many events are sent again, or would be.' }),
});

export const DeliveryParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Id of the webhook.' }),
  deliveryId: Guid({ description: 'Id of the delivery.' }),
});
export type DeliveryParams = Static<typeof DeliveryParams>;
