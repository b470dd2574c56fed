import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { PreparedAttempt } from './delivery.ts';
import { deliveryHeaders, signatures } from './sign-delivery.ts';

const eventId = '5f3c1d1e-7a0b-4c55-9a5e-0c6f0f4b9d01';
const body =
  '{"id":"5f3c1d1e-7a0b-4c55-9a5e-0c6f0f4b9d01","type":"document_created","timestamp":"2026-01-15T09:30:00.000Z","accountId":"0b6f1c9e-2f64-4f0a-8a0e-6c1f2b7d3e55","payload":{"documentId":"c0a8012e-1111-4222-8333-444455556666","externalDocumentId":"contract-1042"},"tags":["sales"]}';
const attemptedAt = new Date('2026-01-15T09:30:00.000Z');

const attempt: PreparedAttempt = {
  deliveryId: '0195a000-0000-7000-8000-000000000001',
  attemptId: '0195a000-0000-7000-8000-000000000002',
  attempt: 3,
  webhookId: 1,
  accountId: '0195a000-0000-7000-8000-00000000000a',
  environment: 'prod',
  eventId,
  eventType: 'document_created',
  documentId: undefined,
  body,
  url: 'https://hooks.example.com/',
  secret: 'segl-demo-secret',
  deliveryLogging: 'never',
};

describe('signatures', () => {
  it('are those of the published check vector', () => {
    expect(Buffer.byteLength(body)).toBe(279);
    expect(signatures('segl-demo-secret', eventId, 1_768_469_400, body)).toEqual({
      'X-Idfy-Signature': '130b75c3639d78929a681790bac1c10ed0262662db8ce1ff19929e082cec1441',
      'webhook-signature': 'v1,LqD2rwlphEz6A2URS58PJQ2yLOlxdNeXD4e3iIiR6do=',
    });
  });

  it.each([
    ['a plain secret', 'segl-demo-secret', { format: 'raw' as const }],
    ['an encoded secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}`, undefined],
    ['a secret that only begins like an encoded one', 'whsec_not base64!', { format: 'raw' as const }],
  ])('are accepted by the Standard Webhooks library with %s', (_what, secret, options) => {
    const sentAt = new Date();
    const headers = deliveryHeaders({ ...attempt, secret }, sentAt);
    expect(new Webhook(secret, options).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret, options).verify(body.replace('sales', 'tales'), headers)).toThrow(/signature/i);
  });

  it('take letters outside ASCII as UTF-8', () => {
    const signed = signatures('hemmelig-ø', eventId, 1_768_469_400, '{"name":"Åse"}');
    // printf '{"name":"Åse"}' | openssl dgst -sha256 -hmac 'hemmelig-ø'
    expect(signed['X-Idfy-Signature']).toBe('b115cc05023207f44709049d56e8f02752659f7cc99275683976059bacc71ce4');
  });
});

describe('deliveryHeaders', () => {
  it('name event, attempt and environment', () => {
    expect(deliveryHeaders(attempt, attemptedAt)).toEqual({
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'Segl-Webhook/1',
      'X-Idfy-Signature': '130b75c3639d78929a681790bac1c10ed0262662db8ce1ff19929e082cec1441',
      'webhook-signature': 'v1,LqD2rwlphEz6A2URS58PJQ2yLOlxdNeXD4e3iIiR6do=',
      'webhook-id': eventId,
      'webhook-timestamp': '1768469400',
      'X-Segl-Event-Type': 'document_created',
      'X-Segl-Delivery-Id': '0195a000-0000-7000-8000-000000000002',
      'X-Segl-Attempt': '3',
      'X-Idfy-Environment': 'prod',
    });
  });

  it('carry no signature without a secret', () => {
    const names = Object.keys(deliveryHeaders({ ...attempt, secret: undefined }, attemptedAt));
    expect(names.filter((name) => /signature/i.test(name))).toEqual([]);
  });
});
