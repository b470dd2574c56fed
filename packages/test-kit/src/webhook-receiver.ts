import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEvent {
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every kind of payload
  event: any;
}

/** A receiver of webhooks on this machine. */
export interface WebhookReceiver {
  url: string;
  received: ReceivedEvent[];
  /** Resolves with the first event that fits, also one received before. */
  waitFor(type: string, documentId?: string, timeoutMs?: number): Promise<ReceivedEvent>;
  close(): Promise<void>;
}

export async function startWebhookReceiver(answer: () => number = () => 200): Promise<WebhookReceiver> {
  const received: ReceivedEvent[] = [];
  const listeners = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks);
      received.push({ headers: request.headers, rawBody, event: JSON.parse(rawBody.toString('utf8')) });
      response.writeHead(answer()).end();
      for (const listener of listeners) listener();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    waitFor(type, documentId, timeoutMs = 20_000) {
      const find = () =>
        received.find(
          ({ event }) => event.type === type && (documentId === undefined || event.payload.documentId === documentId),
        );
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          listeners.delete(check);
          settle();
        };
        const check = () => {
          const found = find();
          if (found) finish(() => resolve(found));
        };
        const timer = setTimeout(() => {
          const seen = received.map(({ event }) => event.type).join(', ');
          finish(() => reject(new Error(`no ${type} within ${timeoutMs} ms; received: ${seen}`)));
        }, timeoutMs);
        listeners.add(check);
        check();
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
