import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ApiClient, connect } from '@segl/test-kit/api-client';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { type ReceivedEvent, startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const LISTEN = fileURLToPath(new URL('../../scripts/listen.ts', import.meta.url));

describe('npm run listen', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let receiver: WebhookReceiver;
  let status = 200;
  let listening: ChildProcess | undefined;
  let lines: string[] = [];

  beforeAll(async () => {
    [segl, receiver] = await Promise.all([
      startSegl({ environment: { SEGL_SIMULATORS: 'off' } }),
      startWebhookReceiver(() => status),
    ]);
    api = await connect(segl);
  });
  afterEach(() => stop('SIGKILL'));
  afterAll(async () => {
    await Promise.all([segl?.remove(), receiver?.close()]);
  });

  async function listen(address: string, name: string, ...options: string[]): Promise<void> {
    lines = [];
    const state = ['--state', join(segl.location.dataDir, `${name}.json`)];
    const started = spawn(process.execPath, [LISTEN, address, ...state, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        SEGL_PUBLIC_URL: segl.url,
        SEGL_CLIENT_ID: segl.client.clientId,
        SEGL_CLIENT_SECRET: segl.client.clientSecret,
      },
    });
    listening = started;
    createInterface({ input: started.stdout }).on('line', (line) => lines.push(line));
    await expect.poll(() => lines.some((line) => line.startsWith('Listening'))).toBe(true);
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (!listening || listening.exitCode !== null || listening.signalCode !== null) return;
    const exited = once(listening, 'exit');
    listening.kill(signal);
    await exited;
  }

  const raise = async (eventType: string): Promise<string> =>
    (await api.request('POST', '/notification/events/mock', { eventType })).body.id;
  const printed = (text: RegExp) => expect.poll(() => lines.some((line) => text.test(line))).toBe(true);
  /** Whoever is killed between an answer and taking note of it forwards that event again, with the same id. */
  const idsOf = (received: readonly ReceivedEvent[]) => [...new Set(received.map(({ event }) => event.id))];

  it('posts what a webhook would post: same bytes, same headers, both signatures', async () => {
    const reference = await startWebhookReceiver();
    const secret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    await api.request('POST', '/notification/webhooks', {
      ...{ name: 'Reference', active: true, events: ['*'], config: { url: reference.url, secret } },
    });
    await raise('document_created');
    await listen(receiver.url, 'same', '--secret', secret);
    const id = await raise('document_signed');
    const theirs = await reference.waitFor('document_signed');
    const ours = await receiver.waitFor('document_signed');
    expect(idsOf(receiver.received)).toEqual([id]);
    expect(ours.rawBody.toString('utf8')).toBe(theirs.rawBody.toString('utf8'));
    const { 'webhook-timestamp': sentAt, 'x-segl-delivery-id': _, ...headers } = ours.headers;
    const names = [
      ...['content-type', 'user-agent', 'webhook-id', 'x-idfy-signature', 'x-segl-event-type', 'x-segl-attempt'],
      'x-idfy-environment',
    ];
    for (const name of names) expect([name, headers[name]]).toEqual([name, theirs.headers[name]]);
    expect(headers['x-idfy-signature']).toBe(createHmac('sha256', secret).update(ours.rawBody).digest('hex'));
    const signed = `${id}.${sentAt}.${ours.rawBody.toString('utf8')}`;
    const key = Buffer.alloc(24, 9);
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    new Webhook(secret).verify(ours.rawBody, ours.headers as Record<string, string>);
    await printed(/document_signed +→ 200 {2}\d+ ms {2}document .*tags mock/);
    await reference.close();
  });

  it('goes on after a kill where it was, with its own secret, and forwards only what was asked for', async () => {
    receiver.received.length = 0;
    await listen(receiver.url, 'resumed', '--type', 'document_created,document_signed');
    const secret = lines.find((line) => line.includes('Secret'))?.split('Secret: ')[1] ?? '';
    const before = await raise('document_created');
    await printed(/document_created .*→ 200/);
    await stop('SIGKILL');
    await raise('document_read');
    const missed = [await raise('document_signed'), await raise('document_created')];
    await listen(receiver.url, 'resumed', '--type', 'document_created,document_signed');
    await expect.poll(() => idsOf(receiver.received)).toEqual([before, ...missed]);
    for (const one of receiver.received) new Webhook(secret).verify(one.rawBody, one.headers as Record<string, string>);
    await stop('SIGTERM');
    await listen(receiver.url, 'tagged', '--tag', 'sales');
    await raise('document_signed');
    await stop('SIGTERM');
    await listen(receiver.url, 'tagged again', '--tag', 'MOCK,sales', '--type', 'document_canceled', '--all');
    const canceled = await raise('document_canceled');
    await expect.poll(() => idsOf(receiver.received)).toEqual([before, ...missed, canceled]);
  });

  it('prints what the program answers, and waits for one that is not there', async () => {
    receiver.received.length = 0;
    status = 500;
    await listen(receiver.url, 'answers');
    await raise('document_created');
    await printed(/→ 500 \(a webhook would try again\)/);
    await raise('document_signed');
    await printed(/document_signed .*→ 500/);
    expect(receiver.received).toHaveLength(2);
    await stop('SIGTERM');

    const late: Server = createServer((request, response) => {
      request.resume();
      response.writeHead(204).end();
    });
    late.listen(0, '127.0.0.1');
    await once(late, 'listening');
    const { port } = late.address() as { port: number };
    late.close();
    await listen(`http://127.0.0.1:${port}/`, 'late');
    await raise('document_expired');
    await printed(/document_expired .*no answer, waiting: ECONNREFUSED/);
    late.listen(port, '127.0.0.1');
    await printed(/document_expired .*→ 204/);
    late.close();
  });
});
