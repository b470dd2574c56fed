import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

/**
 * The baseline: a bare `node:http` handler that signs a token with a key of the same kind, in the thread pool as well, and
 * does nothing else. No client, no secret, no check of the request.
 */
const algorithm = process.argv[2] ?? 'RS256';
const privateKey = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
}[algorithm as 'RS256' | 'ES256' | 'EdDSA']();
const digest = algorithm === 'EdDSA' ? null : 'sha256';
const signLater = promisify(sign);
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = encoded({ alg: algorithm, typ: 'at+jwt', kid: randomUUID() });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const now = Math.floor(Date.now() / 1000);
    const content = `${header}.${encoded({
      iss: 'https://segl.example.com/oauth',
      aud: 'https://segl.example.com',
      sub: form.get('client_id'),
      client_id: form.get('client_id'),
      account_id: '019f0000-0000-7000-8000-000000000001',
      environment: 'test',
      scope: form.get('scope'),
      iat: now,
      nbf: now,
      exp: now + 3600,
      jti: randomUUID(),
    })}`;
    const signature = await signLater(digest, Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ access_token: `${content}.${signature.toString('base64url')}`, expires_in: 3600 }));
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.once('SIGTERM', () => server.close(() => process.exit(0)));
