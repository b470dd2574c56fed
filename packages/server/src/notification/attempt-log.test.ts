import { describe, expect, it } from 'vitest';
import { attemptRecord, attemptView, lastResponse } from './attempt-log.ts';
import type { DeliveryLogging } from './contract/webhook.ts';
import type { AttemptedDelivery } from './delivery.ts';

interface Answer {
  status?: number;
  reasonPhrase?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

function attempted(answer: Answer | { error: string }, deliveryLogging: DeliveryLogging = 'always'): AttemptedDelivery {
  const response = { status: 200, reasonPhrase: 'OK', headers: {}, elapsedMs: 12, ...answer };
  return {
    prepared: {
      deliveryId: '0195a000-0000-7000-8000-000000000001',
      attemptId: '0195a000-0000-7000-8000-000000000002',
      attempt: 1,
      webhookId: 14,
      accountId: '0195a000-0000-7000-8000-00000000000a',
      environment: 'test',
      eventId: '0195a000-0000-7000-8000-000000000003',
      eventType: 'document_signed',
      documentId: undefined,
      body: '{"id":"0195a000-0000-7000-8000-000000000003"}',
      url: 'https://hooks.example.com/in',
      secret: undefined,
      deliveryLogging,
    },
    attemptedAt: new Date('2026-03-01T12:00:00.000Z'),
    requestHeaders: { 'webhook-id': '0195a000-0000-7000-8000-000000000003' },
    outcome:
      'error' in answer
        ? { error: answer.error, elapsedMs: 12 }
        : { ...response, body: Buffer.from(answer.body ?? '') },
  };
}

const logged = (answer: Answer | { error: string }) => attemptView(attemptRecord(attempted(answer))!);

describe('the delivery log', () => {
  it.each([
    ['never', 200, false],
    ['never', 500, false],
    ['failed', 200, false],
    ['failed', 500, true],
    ['always', 200, true],
    ['always', 500, true],
  ] as const)('set to "%s" keeps an attempt with status %i: %s', (setting, status, kept) => {
    expect(attemptRecord(attempted({ status }, setting)) !== undefined).toBe(kept);
  });

  it('shows what was sent and what came back', () => {
    expect(
      logged({ status: 500, reasonPhrase: 'Oh no', headers: { 'content-type': 'text/plain' }, body: 'broken' }),
    ).toEqual({
      id: '0195a000-0000-7000-8000-000000000002',
      webhookId: 14,
      eventId: '0195a000-0000-7000-8000-000000000003',
      timestamp: '2026-03-01T12:00:00.000Z',
      url: 'https://hooks.example.com/in',
      elapsedMs: 12,
      requestHeaders: { 'webhook-id': '0195a000-0000-7000-8000-000000000003' },
      requestBody: { id: '0195a000-0000-7000-8000-000000000003' },
      responseHeaders: { 'content-type': 'text/plain' },
      responseBody: 'broken',
      responseStatusCode: 500,
      responseMessage: 'Oh no',
      errorMessage: 'unexpected status 500',
    });
  });

  it('has no response members when there was no response', () => {
    const view = logged({ error: 'connection refused' });
    expect(view.errorMessage).toBe('connection refused');
    expect([view.responseHeaders, view.responseBody, view.responseStatusCode, view.responseMessage]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('has no error message for a success', () => {
    expect(logged({ status: 201 }).errorMessage).toBeUndefined();
  });

  it('X-10: gives a JSON body as JSON, and any other as text', () => {
    expect(logged({ body: '{"success":true}' }).responseBody).toEqual({ success: true });
    expect(logged({ body: '{"success":' }).responseBody).toBe('{"success":');
  });

  it('masks cookies and credentials of the receiver', () => {
    const { responseHeaders } = logged({
      headers: {
        'set-cookie': ['sid=1', 'b=2'],
        'www-authenticate': 'Basic realm="x"',
        authorization: 'Bearer x',
        'x-api-key': 'x',
        'x-auth-token': 'x',
        vary: ['a', 'b'],
      },
    });
    expect(responseHeaders).toEqual({
      'set-cookie': '********',
      'www-authenticate': '********',
      authorization: '********',
      'x-api-key': '********',
      'x-auth-token': '********',
      vary: 'a, b',
    });
  });

  it('keeps 50 headers of 1 KiB', () => {
    const headers = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x-${index}`, 'v'.repeat(2000)]));
    const kept = Object.values(logged({ headers }).responseHeaders!);
    expect(kept).toHaveLength(50);
    expect(kept.every((value) => value === 'v'.repeat(1024))).toBe(true);
  });

  it('cuts the body at 8 KiB, between characters, and keeps nothing that the database cannot store', () => {
    const cut = logged({ body: `x${'ø'.repeat(5000)}` }).responseBody;
    expect(cut).toBe(`x${'ø'.repeat(4095)}`);
    expect(logged({ body: Buffer.from([0x61, 0x00, 0xff, 0x62]) }).responseBody).toBe('a\ufffd\ufffdb');
  });
});

describe('lastResponse', () => {
  it('has the standard phrase when the receiver sent none, and code 0 without a response', () => {
    const phrase = (answer: Answer | { error: string }) => lastResponse(attempted(answer).outcome);
    expect(phrase({ status: 404, reasonPhrase: '' })).toEqual({ code: 404, message: 'Not Found' });
    expect(phrase({ status: 404, reasonPhrase: 'Gone fishing' })).toEqual({ code: 404, message: 'Gone fishing' });
    expect(phrase({ error: 'timeout' })).toEqual({ code: 0, message: 'timeout' });
  });
});
