import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';

/**
 * An OpenID provider that a test makes misbehave: it answers every token request with `idToken` and publishes whatever
 * `keys` and `metadata` hold. It offers no pushed requests, so that the nonce can be read from the authorization URL.
 */
export async function startHostileOpenIdProvider() {
  const honest = await generateKeyPair('RS256', { extractable: true });
  const publicKey = { ...(await exportJWK(honest.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const op = {
    issuer: '',
    clientId: 'segl',
    clientSecret: 'a secret of thirty-two characters',
    idToken: '',
    keys: [publicKey as Record<string, unknown>],
    metadata: {} as Record<string, unknown>,
    /** What the userinfo endpoint tells. */
    userinfo: {} as Record<string, unknown>,
    /** Replaces the whole answer of the token endpoint. */
    tokenAnswer: undefined as { status: number; headers?: Record<string, string>; body: string } | undefined,
    /** The token endpoint answers this much later. */
    delayMs: 0,
    requests: [] as string[],
    /** The honest key, to be used with another algorithm. */
    pssKey: (await importJWK({ ...(await exportJWK(honest.privateKey)), alg: 'PS256' })) as CryptoKey,
    /** Claims that Norwegian BankID would send for an honest login with this nonce. */
    claims(nonce: string, now: Date): JWTPayload {
      const nowSeconds = Math.floor(now.getTime() / 1000);
      return {
        iss: op.issuer,
        aud: op.clientId,
        sub: 'f0f1ac64-1c0c-4c3b-9a49-2d3d5d0f0001',
        iat: nowSeconds,
        exp: nowSeconds + 300,
        auth_time: nowSeconds,
        nonce,
        acr: 'urn:bankid:bid;LOA=4',
        bankid_altsub: '9578-6000-4-000001',
        name: 'Nordmann, Kari Marie',
        given_name: 'Kari Marie',
        family_name: 'Nordmann',
        birthdate: '1989-12-05',
      };
    },
    sign(claims: JWTPayload, key = honest.privateKey, header: { alg?: string; kid?: string } = {}): Promise<string> {
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function answer(request: IncomingMessage): { status: number; headers?: Record<string, string>; body: string } {
    if (request.url === '/.well-known/openid-configuration') {
      const metadata = {
        issuer: op.issuer,
        authorization_endpoint: `${op.issuer}/auth`,
        token_endpoint: `${op.issuer}/token`,
        jwks_uri: `${op.issuer}/jwks`,
        userinfo_endpoint: `${op.issuer}/me`,
        ...op.metadata,
      };
      return { status: 200, body: JSON.stringify(metadata) };
    }
    if (request.url === '/jwks') return { status: 200, body: JSON.stringify({ keys: op.keys }) };
    if (request.url === '/me') return { status: 200, body: JSON.stringify(op.userinfo) };
    if (request.url === '/token') {
      const tokens = { access_token: 'a', token_type: 'Bearer', id_token: op.idToken };
      return op.tokenAnswer ?? { status: 200, body: JSON.stringify(tokens) };
    }
    return { status: 404, body: '{}' };
  }

  const server = createServer((request, response) => {
    op.requests.push(request.url!);
    const { status, headers, body } = answer(request);
    request.resume();
    setTimeout(
      () => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body),
      request.url === '/token' ? op.delayMs : 0,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  op.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return op;
}

export type HostileOpenIdProvider = Awaited<ReturnType<typeof startHostileOpenIdProvider>>;
