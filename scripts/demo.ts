import { fork } from 'node:child_process';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * The main job from a caller's side: get a token, register a webhook, send the sample contract, wait for the webhook,
 * fetch the signed file. Starts Segl when none is running; against a running one it needs `SEGL_CLIENT_ID` and
 * `SEGL_CLIENT_SECRET`, as printed at its start, and `SEGL_OUTBOUND_ALLOW=127.0.0.0/8` there for the webhook.
 */
const sample = fileURLToPath(new URL('../examples/sample-contract.pdf', import.meta.url));
const signedFile = 'signed.pdf';

interface Instance {
  url: string;
  client: { clientId: string; clientSecret: string };
}

const instance = await findOrStart();
const token = await getToken(instance);
const webhook = await listenForWebhooks(token);
const document = await createDocument(token);
console.log(`
The sample contract is ready to be signed. Open this link in a browser, on a phone or a desk:

  ${document.signers[0].url}

Choose BankID and sign as 05128938534, one-time code otp, password qwer1234.
`);
await webhook.packaged(document.documentId);
await writeFile(signedFile, await download(token, document.documentId));
console.log(`Signed. The file is ${signedFile}; check it with: pdfsig ${signedFile}`);
process.exit(0);

async function findOrStart(): Promise<Instance> {
  const url = process.env.SEGL_PUBLIC_URL ?? `http://localhost:${process.env.SEGL_PORT ?? 8642}`;
  const running = await fetch(`${url}/health/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (running) {
    const { SEGL_CLIENT_ID: clientId, SEGL_CLIENT_SECRET: clientSecret } = process.env;
    if (!clientId || !clientSecret) {
      console.error('Segl is running. Set SEGL_CLIENT_ID and SEGL_CLIENT_SECRET to what it printed at its start.');
      process.exit(1);
    }
    return { url, client: { clientId, clientSecret } };
  }
  const child = fork(fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { SEGL_OUTBOUND_ALLOW: '127.0.0.0/8', SEGL_LOG_LEVEL: 'warn', ...process.env },
  });
  process.once('exit', () => child.kill());
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Instance));
    child.once('exit', () => process.exit(1));
  });
}

async function getToken({ url, client }: Instance): Promise<string> {
  const answer = await fetch(`${url}/oauth/connect/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return (await ok(answer)).access_token;
}

async function createDocument(accessToken: string) {
  return call(accessToken, 'POST', '/signature/documents', {
    title: 'Lease agreement',
    description: 'Sample contract',
    externalId: `demo-${Date.now()}`,
    contactDetails: { email: 'sender@example.org', name: 'Fjordheim Utleie AS' },
    dataToSign: { fileName: 'sample-contract.pdf', base64Content: (await readFile(sample)).toString('base64') },
    signers: [
      {
        externalSignerId: 'kari',
        redirectSettings: { redirectMode: 'donot_redirect' },
        signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric'] },
      },
    ],
  });
}

/** A receiver on this machine; its webhook is removed again at the end. */
async function listenForWebhooks(accessToken: string) {
  const secret = randomBytes(24).toString('hex');
  const packaged = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const expected = createHmac('sha256', secret).update(body).digest();
      const given = Buffer.from(String(request.headers['x-idfy-signature'] ?? ''), 'hex');
      const genuine = given.length === expected.length && timingSafeEqual(given, expected);
      response.writeHead(genuine ? 200 : 401).end();
      if (!genuine) return;
      const event = JSON.parse(body.toString('utf8'));
      console.log(`webhook: ${event.type}`);
      if (event.type === 'document_packaged') packaged.add(event.payload.documentId);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const webhook = { name: 'Demo', active: true, events: ['*'], config: { url: `http://127.0.0.1:${port}/`, secret } };
  const created = await call(accessToken, 'POST', '/notification/webhooks', webhook).catch((error: Error) => {
    if (!error.message.includes('url_not_allowed')) throw error;
    // Whoever runs the instance has not opened this machine to webhooks: the status tells the same, later.
    console.log('webhooks to this machine are not allowed (SEGL_OUTBOUND_ALLOW=127.0.0.0/8): asking for the status');
  });
  return {
    async packaged(documentId: string): Promise<void> {
      while (!packaged.has(documentId)) {
        await pause(created ? 200 : 1_000);
        if (created) continue;
        const status = await call(accessToken, 'GET', `/signature/documents/${documentId}/status`);
        if (status.completedPackages.includes('pades')) return;
      }
      await call(accessToken, 'DELETE', `/notification/webhooks/${created.id}`);
    },
  };
}

async function download(accessToken: string, documentId: string): Promise<Buffer> {
  const answer = await fetch(`${instance.url}/signature/documents/${documentId}/files?fileFormat=pades`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (!answer.ok) throw new Error(await answer.text());
  return Buffer.from(await answer.arrayBuffer());
}

async function call(accessToken: string, method: string, path: string, body?: object) {
  const answer = await fetch(instance.url + path, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return ok(answer);
}

async function ok(answer: Response) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
