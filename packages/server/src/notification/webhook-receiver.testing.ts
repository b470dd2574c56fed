import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedDelivery {
  path: string;
  headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  body: Buffer;
  event: { id: string; type: string; payload: Record<string, unknown>; tags: string[] };
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** Gives an answer now or later; never settling means that the receiver hangs. */
export type Respond = (delivery: ReceivedDelivery) => Answer | Promise<Answer>;

/** A real receiver on loopback. What it answers can be changed while deliveries are under way. */
export interface WebhookReceiver {
  url: string;
  received: ReceivedDelivery[];
  /** Requests that are open now, and the most there were at once. */
  open: { now: number; most: number };
  respond(answer: Answer | Respond): void;
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedDelivery[] = [];
  const open = { now: 0, most: 0 };
  const sockets = new Set<Socket>();
  let answer: Respond = () => ({ status: 200 });
  const server: Server = createServer((request, response) => {
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    response.once('close', () => {
      open.now -= 1;
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks);
      const delivery = { path: request.url!, headers: request.headers, body, event: JSON.parse(body.toString('utf8')) };
      received.push(delivery);
      const { status, headers = {}, body: text = '' } = await answer(delivery);
      response.writeHead(status, headers).end(text);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    open,
    respond(next) {
      answer = typeof next === 'function' ? next : () => next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
