import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutboundHttp, type OutboundHttp, type OutboundHttpOptions } from './outbound-http.ts';
import type { RefusalReason, TargetKind } from './target-rules.ts';

const quiet = { info: () => undefined };
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

function outbound(options: Partial<OutboundHttpOptions> = {}): OutboundHttp {
  const http = createOutboundHttp({
    allowedRanges: [],
    ownAddresses: [],
    log: quiet,
    minimumRefusalMs: 0,
    resolveHost: async () => ['93.184.215.14'],
    ...options,
  });
  cleanUp.push(() => http.close());
  return http;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const receiver = (listener: RequestListener) => listen(createServer(listener));

const post = (http: OutboundHttp, url: string, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  http.post({
    url,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    timeoutMs: 2_000,
    environment: 'test',
    kind: 'webhook',
    ...more,
  });

const LOOPBACK = { allowedRanges: ['127.0.0.0/8'] };

describe('X-1, X-2: the form of a target', () => {
  const prod: [string, RefusalReason | 'ok'][] = [
    ['https://hooks.example.com/in?a=1', 'ok'],
    ['HTTPS://Hooks.Example.com', 'ok'],
    ['https://bücher.example/', 'ok'],
    ['https://hooks.example.com:8443/', 'ok'],
    ['https://93.184.215.14/', 'ok'],
    ['https://[2606:4700:4700::1111]/', 'ok'],
    ['http://hooks.example.com/', 'scheme'],
    ['ftp://hooks.example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['//hooks.example.com', 'url'],
    ['hooks.example.com', 'url'],
    ['https://', 'url'],
    ['https://user@hooks.example.com/', 'url'],
    ['https://user:word@hooks.example.com/', 'url'],
    ['https://hooks.example.com/#part', 'url'],
    ['https://hooks.example.com\\@10.0.0.1/', 'url'],
    ['https://hooks.exa\tmple.com/', 'url'],
    [' https://hooks.example.com/', 'url'],
    [`https://hooks.example.com/${'a'.repeat(2000)}`, 'url'],
    ['https://hooks.example.com./', 'host'],
    ['https://93.184.215.14./', 'host'],
    ['https://1572395790/', 'host'],
    ['https://0x5db8d70e/', 'host'],
    ['https://0135.0270.0327.016/', 'host'],
    ['https://93.12114702/', 'host'],
    ['https://2130706433/', 'host'],
    ['https://127.1/', 'host'],
    ['https://0X7F.1/', 'host'],
    ['https://017700000001/', 'host'],
    ['https://0/', 'host'],
    ['https://9３.184.215.14/', 'host'],
    ['https://93。184。215。14/', 'host'],
    ['https://hooks%2eexample.com/', 'host'],
    ['https://hooks.example.com:80/', 'port'],
    ['https://hooks.example.com:22/', 'port'],
    ['https://hooks.example.com:25/', 'port'],
    ['https://hooks.example.com:65536/', 'url'],
    ['https://hooks.example.com:5432/', 'port'],
    ['https://hooks.example.com:6379/', 'port'],
    ['https://hooks.example.com:2375/', 'port'],
    ['https://hooks.example.com:0/', 'port'],
  ];

  it.each(prod)('in prod %s → %s', async (url, verdict) => {
    const check = await outbound().checkTarget(url, { environment: 'prod', kind: 'webhook' });
    expect(check.ok ? 'ok' : check.reason).toBe(verdict);
  });

  const http: ['test' | 'prod', TargetKind, string, RefusalReason | 'ok'][] = [
    ['test', 'webhook', 'http://hooks.example.com/', 'ok'],
    ['test', 'webhook', 'http://hooks.example.com:8080/', 'ok'],
    ['test', 'webhook', 'http://hooks.example.com:443/', 'ok'],
    ['test', 'other', 'http://hooks.example.com/', 'scheme'],
    ['prod', 'other', 'http://hooks.example.com/', 'scheme'],
    ['prod', 'certificate', 'http://crl.example.com/', 'ok'],
    ['prod', 'certificate', 'http://10.0.0.1/', 'address'],
  ];

  it.each(http)('http in %s for kind %s: %s → %s', async (environment, kind, url, verdict) => {
    const check = await outbound().checkTarget(url, { environment, kind });
    expect(check.ok ? 'ok' : check.reason).toBe(verdict);
  });
});

describe('X-3: the addresses of a target', () => {
  const names: Record<string, string[]> = {
    'public.example': ['93.184.215.14', '2606:4700:4700::1111'],
    'loopback.example': ['127.0.0.1'],
    'private.example': ['10.0.0.1'],
    'metadata.example': ['169.254.169.254'],
    'mapped.example': ['::ffff:10.0.0.1'],
    'second.example': ['93.184.215.14', '192.168.0.1'],
    'six.example': ['93.184.215.14', 'fd00::1'],
    'odd.example': ['93.184.215.14', 'fe80::1%eth0'],
    'opened.example': ['10.1.2.3'],
    'half-opened.example': ['10.1.2.3', '10.2.0.1'],
  };
  const resolveHost = async (host: string) => {
    const addresses = names[host];
    if (!addresses) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    return addresses;
  };

  it.each([
    ['https://public.example/', 'ok'],
    ['https://loopback.example/', 'address'],
    ['https://private.example/', 'address'],
    ['https://metadata.example/', 'address'],
    ['https://mapped.example/', 'address'],
    ['https://second.example/', 'address'],
    ['https://six.example/', 'address'],
    ['https://odd.example/', 'name lookup'],
    ['https://unknown.example/', 'name lookup'],
    ['https://localhost/', 'address'],
    ['https://hooks.localhost/', 'address'],
    ['https://127.0.0.1/', 'address'],
    ['https://[::1]/', 'address'],
    ['https://[::ffff:127.0.0.1]/', 'address'],
    ['https://[::ffff:7f00:1]/', 'address'],
    ['https://[64:ff9b::169.254.169.254]/', 'address'],
    ['https://[2002:a9fe:a9fe::]/', 'address'],
    ['https://[fe80::1]/', 'address'],
    ['https://[fe80::1%25eth0]/', 'url'],
    ['https://[::]/', 'address'],
    ['https://[::127.0.0.1]/', 'address'],
    ['https://[0:0:0:0:0:ffff:0a00:0001]/', 'address'],
    ['https://[fd00:ec2::254]/', 'address'],
    ['https://[ff02::1]/', 'address'],
    ['https://[2001:db8::1]/', 'address'],
    ['https://0.0.0.0/', 'address'],
    ['https://100.64.0.1/', 'address'],
    ['https://172.31.255.255/', 'address'],
    ['https://255.255.255.255/', 'address'],
  ])('%s → %s', async (url, verdict) => {
    const check = await outbound({ resolveHost }).checkTarget(url, { environment: 'test', kind: 'webhook' });
    expect(check.ok ? 'ok' : check.reason).toBe(verdict);
  });

  const opened: ['test' | 'prod', TargetKind, string, RefusalReason | 'ok'][] = [
    ['prod', 'webhook', 'https://opened.example/', 'ok'],
    ['prod', 'webhook', 'http://opened.example/', 'ok'],
    ['prod', 'webhook', 'http://opened.example:8080/', 'ok'],
    ['prod', 'webhook', 'http://[::ffff:10.1.2.3]/', 'ok'],
    ['prod', 'webhook', 'http://opened.example:6379/', 'port'],
    ['prod', 'webhook', 'https://half-opened.example/', 'address'],
    ['prod', 'webhook', 'http://public.example/', 'scheme'],
    ['prod', 'webhook', 'https://public.example:80/', 'port'],
    ['prod', 'other', 'https://opened.example/', 'address'],
    ['prod', 'certificate', 'http://opened.example/', 'address'],
    ['test', 'webhook', 'http://localhost:9000/', 'address'],
  ];

  it.each(opened)(
    'X-7: with 10.1.0.0/16 opened, in %s for kind %s: %s → %s',
    async (environment, kind, url, verdict) => {
      const http = outbound({ resolveHost, allowedRanges: ['10.1.0.0/16'] });
      const check = await http.checkTarget(url, { environment, kind });
      expect(check.ok ? 'ok' : check.reason).toBe(verdict);
    },
  );

  it('X-7: takes of localhost only what is opened', async () => {
    const http = outbound(LOOPBACK);
    const check = await http.checkTarget('http://localhost:9000/', { environment: 'prod', kind: 'webhook' });
    expect(check).toEqual({ ok: true, addresses: ['127.0.0.1'] });
  });

  it('X-6: refuses what the installation itself listens on, also inside an opened range', async () => {
    const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    const address = own.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1';
    const http = outbound({
      allowedRanges: ['0.0.0.0/0', '::/0'],
      ownAddresses: [
        { host: '0.0.0.0', port: 8642 },
        { host: 'sign.example.com', port: 443 },
        { host: 'localhost', port: 8643 },
      ],
    });
    const verdict = async (url: string) => {
      const check = await http.checkTarget(url, { environment: 'test', kind: 'webhook' });
      return check.ok ? 'ok' : check.reason;
    };
    for (const host of [
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '[::]',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'localhost',
      address,
    ]) {
      expect(`${host}: ${await verdict(`http://${host}:8642/`)}`).toBe(`${host}: own address`);
    }
    expect(await verdict('http://127.0.0.1:9000/')).toBe('ok');
    expect(await verdict('http://127.0.0.1:8643/')).toBe('own address');
    expect(await verdict('http://localhost:8643/')).toBe('own address');
    expect(await verdict('https://sign.example.com/')).toBe('own address');
    expect(await verdict('https://SIGN.example.com:9443/')).toBe('own address');
  });

  it('X-8: takes at least a fixed time for every refusal', async () => {
    const http = outbound({ resolveHost, minimumRefusalMs: 120 });
    for (const url of ['https://unknown.example/', 'https://private.example/', 'gopher://x/']) {
      const startedAt = performance.now();
      await http.checkTarget(url, { environment: 'test', kind: 'webhook' });
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
    }
  });
});

describe('post', () => {
  it('sends body and headers and gives status, reason, headers and body of the answer', async () => {
    const port = await receiver((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.writeHead(202, 'Taken', {
          'X-Seen': `${request.method} ${request.url} ${request.headers.host} ${body}`,
        });
        response.end('thanks');
      });
    });
    const result = await post(outbound(LOOPBACK), `http://hook.localhost:${port}/in?x=1`);
    expect(result).toMatchObject({
      status: 202,
      reasonPhrase: 'Taken',
      headers: { 'x-seen': `POST /in?x=1 hook.localhost:${port} {}` },
      body: Buffer.from('thanks'),
    });
  });

  it('X-4: connects to the address that was checked when the name means another one a moment later', async () => {
    let reached = 0;
    const port = await receiver((_request, response) => {
      reached += 1;
      response.end();
    });
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['10.0.0.1']];
    let lookups = 0;
    const http = outbound({
      allowedRanges: ['127.0.0.1/32'],
      resolveHost: async () => answers[lookups++] ?? ['10.0.0.1'],
    });
    const first = await post(http, `http://rebind.example:${port}/`);
    expect(first).toMatchObject({ status: 200 });
    expect(lookups).toBe(1);
    // The open connection to the first address is no way around the check either.
    expect(await post(http, `http://rebind.example:${port}/`)).toMatchObject({ error: 'address not allowed' });
    expect(await post(http, `http://rebind.example:${port}/`)).toMatchObject({ error: 'address not allowed' });
    expect(reached).toBe(1);
  });

  it('keeps connections open between calls', async () => {
    const ports = new Set<number | undefined>();
    const port = await receiver((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const http = outbound(LOOPBACK);
    for (let call = 0; call < 3; call += 1) {
      await post(http, `http://127.0.0.1:${port}/`);
      await setImmediate();
    }
    expect(ports.size).toBe(1);
  });

  it('X-5: does not follow a redirect', async () => {
    const paths: (string | undefined)[] = [];
    const port = await receiver((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await post(outbound(LOOPBACK), `http://127.0.0.1:${port}/`)).toMatchObject({ status: 302 });
    expect(paths).toEqual(['/']);
  });

  it('X-5: ignores proxies of the environment', async () => {
    const port = await receiver((_request, response) => response.end());
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) {
      const before = process.env[name];
      process.env[name] = 'http://127.0.0.1:9';
      cleanUp.push(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
    }
    expect(await post(outbound(LOOPBACK), `http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
  });

  it('D-2: gives up when the last header does not come in time', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 200 OK\r\nX-First: 1\r\n');
      }),
    );
    expect(await post(outbound(LOOPBACK), `http://127.0.0.1:${port}/`, { timeoutMs: 150 })).toMatchObject({
      error: 'timeout',
    });
  });

  it('D-2: counts the name lookup into the time', async () => {
    const http = outbound({
      resolveHost: (_host, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))),
    });
    expect(await post(http, 'https://slow.example/', { timeoutMs: 100 })).toMatchObject({ error: 'timeout' });
  });

  it('D-4: accepts an answer whose headers came in time although its body breaks off', async () => {
    const port = await receiver((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('part');
      setTimeout(() => request.socket.destroy(), 50);
    });
    expect(await post(outbound(LOOPBACK), `http://127.0.0.1:${port}/`)).toMatchObject({
      status: 200,
      body: Buffer.from('part'),
    });
  });

  it('D-4: cuts the body at 64 KiB', async () => {
    const port = await receiver((_request, response) => {
      response.on('error', () => undefined);
      response.end(Buffer.alloc(1_000_000, 'x'));
    });
    const result = await post(outbound(LOOPBACK), `http://127.0.0.1:${port}/`);
    expect('body' in result && result.body.length).toBe(65_536);
  });

  it('stops when the caller does', async () => {
    const port = await receiver(() => undefined);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const result = await post(outbound(LOOPBACK), `http://127.0.0.1:${port}/`, { signal: controller.signal });
    expect(result).toMatchObject({ error: 'aborted' });
  });

  it('tells a refused connection, a closed one and an answer that is not HTTP apart', async () => {
    const http = outbound(LOOPBACK);
    const free = createServer();
    const freePort = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    cleanUp.pop();
    expect(await post(http, `http://127.0.0.1:${freePort}/`)).toMatchObject({ error: 'connection refused' });
    const closing = await listen(createTcpServer((socket) => socket.on('data', () => socket.destroy())));
    expect(await post(http, `http://127.0.0.1:${closing}/`)).toMatchObject({ error: 'connection closed' });
    const babbling = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.end('220 mail.example ESMTP\r\n');
      }),
    );
    expect(await post(http, `http://127.0.0.1:${babbling}/`)).toMatchObject({ error: 'invalid response' });
  });
});

describe('D-5: TLS', () => {
  function certificateFor(name: string): { key: string; cert: string } {
    const folder = mkdtempSync(join(tmpdir(), 'segl-tls-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', keyFile, '-out', certFile], {
      stdio: 'ignore',
    });
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  }

  it('checks the certificate for the name, not for the address, and sends the name', async () => {
    const own = certificateFor('hooks.example.com');
    const seen: unknown[] = [];
    const port = await listen(
      createTlsServer(own, (request, response) => {
        seen.push((request.socket as unknown as { servername: string }).servername, request.headers.host);
        response.end();
      }),
    );
    const resolveHost = async () => ['127.0.0.1'];
    const trusting = outbound({ ...LOOPBACK, resolveHost, extraRoots: [own.cert] });
    expect(await post(trusting, `https://hooks.example.com:${port}/`)).toMatchObject({ status: 200 });
    expect(seen).toEqual(['hooks.example.com', `hooks.example.com:${port}`]);
    expect(await post(trusting, `https://other.example.com:${port}/`)).toMatchObject({
      error: 'tls: certificate is for another name',
    });
    expect(await post(outbound({ ...LOOPBACK, resolveHost }), `https://hooks.example.com:${port}/`)).toMatchObject({
      error: 'tls: self-signed certificate',
    });
  });

  it('refuses TLS older than 1.2', async () => {
    const own = certificateFor('hooks.example.com');
    const server = createTlsServer(
      { ...own, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      (_request, response) => response.end(),
    );
    server.on('tlsClientError', () => undefined);
    const port = await listen(server);
    const http = outbound({ ...LOOPBACK, resolveHost: async () => ['127.0.0.1'], extraRoots: [own.cert] });
    expect(await post(http, `https://hooks.example.com:${port}/`)).toMatchObject({ error: 'tls: handshake failed' });
  });

  it('tells a server that does not speak TLS', async () => {
    const port = await receiver((_request, response) => response.end());
    const http = outbound({ ...LOOPBACK, resolveHost: async () => ['127.0.0.1'] });
    expect(await post(http, `https://hooks.example.com:${port}/`)).toMatchObject({ error: 'tls: handshake failed' });
  });
});
