import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OrderBook } from './order-book.ts';
import { createPhone } from './phone.ts';
import { createRpApi } from './rp-api.ts';
import { loadTestAuthority, type SeBankIdAccess } from './test-authority.ts';

export interface SeBankIdOptions {
  /** Public base address of the simulators' pages. */
  baseUrl: string;
  /** Port of the API with TLS; 0 takes a free one. */
  apiPort: number;
  host: string;
  stylesheetUrl: string;
  dataDir?: string;
  waitSeconds: number;
  nowMs?: () => number;
  logError: (event: string, error: Error) => void;
}

export interface SeBankIdSimulator {
  basePath: string;
  /** Address of the API with its version, without a slash at its end. */
  apiUrl: string;
  access: SeBankIdAccess;
  /** The phone's pages. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Swedish BankID: the API on a port of its own, where every caller must have the client certificate, and a phone. */
export async function startSeBankIdSimulator(options: SeBankIdOptions): Promise<SeBankIdSimulator> {
  const basePath = '/se-bankid';
  const authority = await loadTestAuthority(options.dataDir);
  const orders = new OrderBook(options.nowMs);
  const server = createServer(
    {
      cert: authority.serverCertificate,
      key: authority.serverKey,
      ca: authority.access.serverRoot,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      requestTimeout: 15_000,
      headersTimeout: 10_000,
    },
    createRpApi(orders, options.logError),
  );
  server.maxConnections = 2000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.apiPort, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const apiUrl = `https://localhost:${port}/rp/v6.0`;
  await authority.publish(apiUrl);
  return {
    basePath,
    apiUrl,
    access: authority.access,
    handle: createPhone({
      basePath,
      stylesheetUrl: options.stylesheetUrl,
      ownOrigin: new URL(options.baseUrl).origin,
      orders,
      authority,
      waitSeconds: options.waitSeconds,
    }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
