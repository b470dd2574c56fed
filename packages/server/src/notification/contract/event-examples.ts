import { EVENT_TYPE_TEXTS } from './event-types.ts';

const EVENT = {
  id: '01a20ce5-8e6c-72c1-b034-b4e24eada969',
  type: 'document_created',
  payload: { documentId: '01a20ce5-8e6c-72c1-b034-b4e24eada968', externalDocumentId: 'contract-1042' },
  timestamp: '2026-11-24T09:31:40.908Z',
  accountId: '01a20ce5-8e6c-72c1-b034-b4e24eada960',
  tags: ['leases'],
};

/** Operation → an example of its request and of its answer. */
export const EVENT_EXAMPLES = {
  list: { answer: [EVENT] },
  log: { answer: { limit: 100, nextCursor: 'ZXZlbnQgNDI', data: [EVENT] } },
  types: { answer: [{ id: 'document_created', ...EVENT_TYPE_TEXTS.document_created }] },
  handleMany: { request: [EVENT.id] },
  mock: { request: { eventType: 'document_created' }, answer: { ...EVENT, tags: ['mock'] } },
  replay: {
    request: { webhookId: 1, from: '2026-11-24T08:00:00.000Z', eventTypes: ['document_signed'], dryRun: true },
    answer: { count: 12 },
  },
} as const;
