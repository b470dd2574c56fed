import Type, { type Static } from 'typebox';
import { DateTime, Guid, MASK, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { DOCUMENT_EVENT_TYPES, EVERY_EVENT, SHARE_EVENT_TYPES } from './event-types.ts';

const optional = Type.Optional;

export const DELIVERY_LOGGING = ['never', 'failed', 'always'] as const;
export type DeliveryLogging = (typeof DELIVERY_LOGGING)[number];

const eventTypes = stringEnum([...DOCUMENT_EVENT_TYPES, ...SHARE_EVENT_TYPES, EVERY_EVENT], {
  description: 'Type of event, or * for all.',
});

const name = Text({ minLength: 1, maxLength: 100, description: 'Display name.' });
const active = Type.Boolean({ description: 'An inactive webhook gets nothing, and nothing is kept for it.' });
const tags = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
  maxItems: 50,
  description: 'Only events with at least one of these tags; empty: all events.',
});
const url = Text({ maxLength: 2000, format: 'http-url', description: 'Where events are posted to.' });
const secret = Type.String({
  minLength: 1,
  maxLength: 256,
  description: `HMAC key of X-Idfy-Signature and, also in the form whsec_<base64>, of webhook-signature. Answered as ${MASK}.`,
  'x-masked': true,
});
const deliveryLogging = stringEnum(DELIVERY_LOGGING, { description: 'Which attempts the delivery log keeps.' });

const WebhookCreateConfig = Type.Object(
  {
    url,
    secret: optional(secret),
    deliveryLogging: optional(deliveryLogging),
  },
  { description: 'How events are delivered.' },
);

export const WebhookCreateDto = Type.Object({
  name,
  active,
  events: Type.Array(eventTypes, { minItems: 1, description: 'Types of events that it gets.' }),
  tags: optional(tags),
  config: WebhookCreateConfig,
});
export type WebhookCreateDto = Static<typeof WebhookCreateDto>;

const WebhookConfig = Type.Object(
  {
    url: optional(url),
    secret: optional(secret),
    deliveryLogging: optional(deliveryLogging),
  },
  { description: 'How events are delivered.' },
);

export const WebhookUpdateDto = Type.Object({
  name: optional(name),
  active: optional(active),
  events: optional(Type.Array(eventTypes, { description: 'Types of events that it gets.' })),
  tags: optional(tags),
  config: optional(WebhookConfig),
});
export type WebhookUpdateDto = Static<typeof WebhookUpdateDto>;

const WebhookResponse = Type.Object(
  {
    code: Type.Integer({ description: 'HTTP status of the last attempt; 0 when there was no response.' }),
    message: Type.String({ description: 'Reason phrase, or what went wrong.' }),
    timestamp: DateTime({ description: 'When it was answered.' }),
  },
  { description: 'The last answer of the address.' },
);

const WebhookTrouble = Type.Object(
  {
    since: DateTime({ description: 'When it began.' }),
    failures: Type.Integer({ description: 'Attempts in a row that have failed.' }),
    nextProbeAt: DateTime({ description: 'When one event is tried again at the earliest.' }),
  },
  {
    description:
      'Present after 20 failures in a row: events wait, one of them is tried every minute, and the first success releases all.',
  },
);

const WebhookSwitchedOff = Type.Object(
  {
    reason: stringEnum(['failures', 'gone'], {
      description: 'failures: no success for five days; gone: the address answered with 410.',
    }),
    timestamp: DateTime({ description: 'When it was switched off.' }),
  },
  { description: 'Present when Segl itself has made the webhook inactive, until it is made active again.' },
);

export const WebhookDto = Type.Object({
  id: Type.Integer({ description: 'Id of the webhook.' }),
  name: Type.String({ description: 'Display name.' }),
  active,
  events: Type.Array(Type.String(), { description: 'Types of events that it gets.' }),
  tags: Type.Array(Type.String(), { description: 'Only events with at least one of these tags; empty: all.' }),
  config: Type.Object(
    {
      url: Type.String({ description: 'Where events are posted to.' }),
      secret: optional(Type.String({ description: 'Masked; absent when there is none.' })),
      deliveryLogging,
    },
    { description: 'How events are delivered.' },
  ),
  createdAt: DateTime({ description: 'When it was created.' }),
  updatedAt: DateTime({ description: 'When it last changed.' }),
  lastResponse: optional(WebhookResponse),
  trouble: optional(WebhookTrouble),
  switchedOff: optional(WebhookSwitchedOff),
});
export type WebhookDto = Static<typeof WebhookDto>;

const jsonObject = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description });

/** One attempt in the delivery log. */
export const WebhookDeliveryDto = Type.Object({
  id: Guid({ description: 'As sent in X-Segl-Delivery-Id.' }),
  webhookId: Type.Integer({ description: 'The webhook.' }),
  eventId: Guid({ description: 'The event that was delivered.' }),
  timestamp: DateTime({ description: 'When the attempt began.' }),
  url: Type.String({ description: 'Where it was posted to.' }),
  elapsedMs: Type.Integer({ description: 'Milliseconds until the answer or the failure.' }),
  requestHeaders: jsonObject('Headers that were sent.'),
  requestBody: jsonObject('The event as it was sent.'),
  responseHeaders: optional(jsonObject('Headers of the answer.')),
  responseBody: optional(Type.Unsafe<unknown>({ description: 'JSON value when the body is JSON, else text.' })),
  responseStatusCode: optional(Type.Integer({ description: 'Status of the answer; absent when there was none.' })),
  responseMessage: optional(Type.String({ description: 'Reason phrase of the answer.' })),
  errorMessage: optional(Type.String({ description: 'Absent on success.' })),
});
export type WebhookDeliveryDto = Static<typeof WebhookDeliveryDto>;

export const WebhookParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Id of the webhook.' }),
});
export type WebhookParams = Static<typeof WebhookParams>;
