import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RegisteredClient } from './client-registry.ts';
import { sendText } from './http-response.ts';
import { stylesheetPath } from './openid/login-pages.ts';
import type { OpenIdSimulator } from './openid/openid-simulator.ts';
import { createRateLimit } from './rate-limit.ts';
import { startSeBankIdSimulator } from './se-bankid/se-bankid-simulator.ts';
import type { SeBankIdAccess } from './se-bankid/test-authority.ts';
import { loadSigningKey } from './signing-keys.ts';
import { type SimulatedEidName, simulatedEids } from './simulated-eids.ts';

export interface SimulatorOptions {
  /** 0 takes a free port. */
  port: number;
  /** Address to listen on. */
  host: string;
  /** Public address as browsers and relying parties know it; `http://localhost:<port>` where absent. */
  baseUrl?: string;
  clients: readonly RegisteredClient[];
  /** Folder in which the signing keys are kept from start to start. */
  dataDir?: string;
  /** How long the word `timeout` keeps a person waiting. */
  waitSeconds?: number;
  /** Port of Swedish BankID's API; 0 takes a free one. Absent: Swedish BankID is not simulated. */
  seBankIdPort?: number;
  /** Clock of Swedish BankID's orders, in milliseconds. */
  nowMs?: () => number;
  /** Per client address; bursts of ten times as many pass. */
  requestsPerSecond?: number;
  logError?: (event: string, error: Error) => void;
}

export interface RunningSimulators {
  /** Public address, without a slash at its end. */
  url: string;
  /** Where the server itself listens, behind whatever leads to `url`. */
  listening: string;
  issuers: Record<SimulatedEidName, string>;
  /** How a relying party reaches Swedish BankID. */
  seBankId?: { apiUrl: string } & SeBankIdAccess;
  close(): Promise<void>;
}

/** Starts all simulators: their pages on one port, Swedish BankID's API on another. Resolves when they accept connections. */
export async function startSimulators(options: SimulatorOptions): Promise<RunningSimulators> {
  const signingKey = await loadSigningKey('openid', options.dataDir);
  const logError = options.logError ?? (() => {});
  const mayPass = createRateLimit(options.requestsPerSecond ?? 2000);

  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000, maxHeaderSize: 16_384 });
  server.maxConnections = 2000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const baseUrl = (options.baseUrl ?? `http://localhost:${port}`).replace(/\/+$/, '');
  const base = new URL(baseUrl);
  const openIds = Object.values(simulatedEids).map((eid) => {
    const issuer = `${baseUrl}/${eid.path}`;
    // Built when it is first asked: with ten of them and their library the start would take twice as long.
    let simulator: Promise<OpenIdSimulator> | undefined;
    const build = async () => {
      const { createOpenIdSimulator } = await import('./openid/openid-simulator.ts');
      return createOpenIdSimulator({
        eid,
        issuer,
        baseUrl,
        clients: options.clients,
        signingKey,
        waitSeconds: options.waitSeconds ?? 30,
        logError,
      });
    };
    return {
      name: eid.name,
      issuer,
      basePath: new URL(issuer).pathname,
      async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        simulator ??= build();
        await (await simulator).handle(request, response);
      },
    };
  });

  const seBankId =
    options.seBankIdPort === undefined
      ? undefined
      : await startSeBankIdSimulator({
          baseUrl,
          apiPort: options.seBankIdPort,
          host: options.host,
          stylesheetUrl: `${openIds[0]!.basePath}/${stylesheetPath}`,
          dataDir: options.dataDir,
          nowMs: options.nowMs,
          waitSeconds: options.waitSeconds ?? 30,
          logError,
        });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!mayPass(request.socket.remoteAddress ?? '')) return sendText(response, 429, 'too many requests');
    // Addresses are always made from the configured base, whatever the caller puts into its headers.
    request.headers.host = base.host;
    request.headers['x-forwarded-proto'] = base.protocol.slice(0, -1);
    delete request.headers['x-forwarded-host'];
    delete request.headers['x-forwarded-for'];
    route(request, response).catch((error: Error) => {
      logError('request_failed', error);
      if (!response.headersSent) sendText(response, 500, 'the simulator failed');
      else response.destroy();
    });
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = URL.parse(request.url ?? '', baseUrl)?.pathname;
    const served = [...openIds, ...(seBankId ? [seBankId] : [])].find(
      ({ basePath }) => path === basePath || path?.startsWith(`${basePath}/`),
    );
    if (served) return served.handle(request, response);
    if (path === '/')
      return sendText(
        response,
        200,
        `Segl simulators, for tests only\n${openIds.map(({ issuer }) => `${issuer}\n`).join('')}`,
      );
    sendText(response, 404, 'not found');
  }

  return {
    url: baseUrl,
    listening: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    issuers: Object.fromEntries(openIds.map(({ name, issuer }) => [name, issuer])) as RunningSimulators['issuers'],
    ...(seBankId ? { seBankId: { apiUrl: seBankId.apiUrl, ...seBankId.access } } : {}),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, seBankId?.close()]);
    },
  };
}
