import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UndeliverableError } from '../message-transport.ts';
import { createSmsTransport, type SmsGateway } from './sms-gateways.ts';

const SMS = {
  channel: 'sms',
  id: '0195a000-0000-7000-8000-00000000000a',
  sender: 'Nordbank',
  to: '+4799900001',
  text: 'Signér «Låneavtale»: https://sign.example/s/abc',
} as const;

describe('SMS over a gateway', () => {
  let server: Server;
  let base: string;
  let answer = { status: 200, body: '{}' };
  let received: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    received = [];
    answer = { status: 200, body: '{}' };
  });
  afterAll(() => {
    server.close();
  });

  const send = (gateway: SmsGateway, path: string, user = 'user:p%40ss@') =>
    createSmsTransport({ gateway, url: new URL(`http://${user}${base}${path}`) }).send(SMS);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('http: one JSON object, with an id that stays the same', async () => {
    await send('http', '/send?key=1');
    expect(received[0]).toMatchObject({
      path: '/send?key=1',
      headers: { authorization: basic('user:p@ss'), 'content-type': 'application/json', 'idempotency-key': SMS.id },
    });
    expect(JSON.parse(received[0]!.body)).toEqual({ id: SMS.id, from: 'Nordbank', to: SMS.to, text: SMS.text });
  });

  it('http and twilio get the address for reports of delivery', async () => {
    const reportUrl = 'https://sign.example/app/v1/delivery-reports/abc';
    for (const gateway of ['http', 'twilio'] as const) {
      await createSmsTransport({ gateway, url: new URL(`http://u:p@${base}/send`) }).send({ ...SMS, reportUrl });
    }
    expect(JSON.parse(received[0]!.body).reportUrl).toBe(reportUrl);
    expect(new URLSearchParams(received[1]!.body).get('StatusCallback')).toBe(reportUrl);
  });

  it('http: without user and password nothing is sent in their place', async () => {
    await send('http', '/send', '');
    expect(received[0]!.headers.authorization).toBeUndefined();
  });

  it('twilio: a form to the messages of the account', async () => {
    answer = { status: 201, body: '{"sid":"SM1","status":"queued"}' };
    await send('twilio', '', 'AC0123456789abcdef0123456789abcdef:token@');
    const { path, headers, body } = received[0]!;
    expect(path).toBe('/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json');
    expect(headers.authorization).toBe(basic('AC0123456789abcdef0123456789abcdef:token'));
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ To: SMS.to, From: 'Nordbank', Body: SMS.text });
  });

  it('link_mobility: the platform from the address, and success only by the code of its answer', async () => {
    answer = { status: 200, body: '{"messageId":"m","resultCode":1005,"description":"Queued"}' };
    await send('link_mobility', '/sms/send?platformId=COMMON&platformPartnerId=4711');
    expect(received[0]!.path).toBe('/sms/send');
    expect(JSON.parse(received[0]!.body)).toEqual({
      source: 'Nordbank',
      destination: SMS.to,
      userData: SMS.text,
      platformId: 'COMMON',
      platformPartnerId: '4711',
      refId: SMS.id,
      useDeliveryReport: false,
    });
    for (const body of ['{"resultCode":106104}', 'queued', '']) {
      answer = { status: 200, body };
      await expect(send('link_mobility', '/sms/send')).rejects.toThrow('did not queue the message');
    }
  });

  it.each([
    [400, true],
    [404, true],
    [422, true],
    [401, false],
    [403, false],
    [408, false],
    [429, false],
    [302, false],
    [500, false],
    [503, false],
  ])('status %i: given up for good: %s; the error names nobody', async (status, final) => {
    answer = { status, body: `{"message":"${SMS.to} is wrong"}` };
    for (const gateway of ['http', 'twilio', 'link_mobility'] as const) {
      const error = await send(gateway, '/').catch((thrown: Error) => thrown);
      expect(error instanceof UndeliverableError).toBe(final);
      expect((error as Error).message).toBe(`the SMS gateway answered ${status}`);
    }
  });

  it('a gateway that does not answer is tried again', async () => {
    const url = new URL('http://user:secret@127.0.0.1:9/');
    const error = await createSmsTransport({ gateway: 'http', url })
      .send(SMS)
      .catch((thrown: Error) => thrown);
    expect(error).not.toBeInstanceOf(UndeliverableError);
    expect((error as Error).message).toBe('the SMS gateway did not answer');
  });
});
