const CREATE = {
  name: 'Orders',
  active: true,
  events: ['document_signed', 'document_packaged'],
  tags: ['leases'],
  config: { url: 'https://nordbank.example/hooks/segl', secret: 'a long random text', deliveryLogging: 'failed' },
};

const WEBHOOK = {
  id: 1,
  ...CREATE,
  config: { ...CREATE.config, secret: '********' },
  createdAt: '2026-11-24T09:31:40.908Z',
  updatedAt: '2026-11-24T09:31:40.908Z',
  lastResponse: { code: 200, message: 'OK', timestamp: '2026-11-24T09:32:10.004Z' },
};

const DELIVERY = {
  id: '01a20ce5-8e6c-72c1-b034-b4e24eada968',
  webhookId: 1,
  eventId: '01a20ce5-8e6c-72c1-b034-b4e24eada969',
  timestamp: '2026-11-24T09:32:10.004Z',
  url: CREATE.config.url,
  elapsedMs: 84,
  requestHeaders: { 'content-type': 'application/json' },
  requestBody: { type: 'document_signed' },
  responseStatusCode: 503,
  responseMessage: 'Service Unavailable',
  errorMessage: 'The receiver answered 503.',
};

/** Operation → an example of its request and of its answer. */
export const EXAMPLES = {
  list: { answer: [WEBHOOK] },
  create: { request: CREATE, answer: WEBHOOK },
  get: { answer: WEBHOOK },
  update: { request: { active: false }, answer: { ...WEBHOOK, active: false } },
  deliveries: { answer: [DELIVERY] },
} as const;
