import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import type { EidNative } from './eid-provider.ts';
import { bindingAlgorithm, computeNonce } from './oidc/document-binding.ts';
import { verifyNative } from './verify-native.ts';

const documentSha256 = createHash('sha256').update('contract').digest('hex');
const bindingSecret = randomBytes(32).toString('base64url');
let native: EidNative;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const idToken = await new SignJWT({
    iss: 'https://bankid.example',
    aud: 'segl',
    nonce: computeNonce(bindingSecret, documentSha256),
    exp: 1,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .sign(privateKey);
  native = {
    format: 'oidc_id_token',
    mediaType: 'application/jwt',
    fileName: 'bankid-id-token.jwt',
    content: Buffer.from(idToken),
    binding: {
      algorithm: bindingAlgorithm,
      bindingSecret,
      documentSha256,
      issuer: 'https://bankid.example',
      clientId: 'segl',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] },
    },
  };
});

test('computes the nonce as SHA-256 over the secret followed by the digest', () => {
  const expected = createHash('sha256')
    .update(Buffer.concat([Buffer.from(bindingSecret, 'base64url'), createHash('sha256').update('contract').digest()]))
    .digest('base64url');
  expect(computeNonce(bindingSecret, documentSha256)).toBe(expected);
});

test('holds long after the id_token has expired', async () => {
  expect(await verifyNative(native, { documentSha256 })).toMatchObject({ valid: true, documentSha256 });
});

test.each<[string, Record<string, unknown>]>([
  ['nonce', { documentSha256: createHash('sha256').update('other').digest('hex') }],
  ['nonce', { documentSha256: undefined }],
  ['nonce', { bindingSecret: randomBytes(32).toString('base64url') }],
  ['issuer', { issuer: 'https://evil.example' }],
  ['audience', { clientId: 'other' }],
  ['signature', { jwks: { keys: [] } }],
  ['malformed', { algorithm: 'none' }],
  ['malformed', { bindingSecret: '' }],
  ['malformed', { documentSha256: 'ab' }],
  ['malformed', { jwks: undefined }],
])('finds the %s wrong when the binding is changed to %o', async (fault, change) => {
  expect(await verifyNative({ ...native, binding: { ...native.binding, ...change } })).toEqual({ valid: false, fault });
});

test('finds the signature wrong when keys of another provider are put beside the token', async () => {
  const { publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] };
  const verdict = await verifyNative({ ...native, binding: { ...native.binding, jwks } });
  expect(verdict).toEqual({ valid: false, fault: 'signature' });
});

test('refuses a token that we could have signed ourselves with a shared secret', async () => {
  const secret = Buffer.from('a secret that both sides would know');
  const idToken = await new SignJWT({
    iss: 'https://bankid.example',
    aud: 'segl',
    nonce: computeNonce(bindingSecret, documentSha256),
  })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(secret);
  const jwks = { keys: [{ kty: 'oct', k: secret.toString('base64url'), kid: 'k1' }] };
  const forged = { ...native, content: Buffer.from(idToken), binding: { ...native.binding, jwks } };
  expect(await verifyNative(forged)).toEqual({ valid: false, fault: 'signature' });
});

test('judges no other kind of evidence', async () => {
  expect(await verifyNative({ ...native, format: 'xmldsig' })).toEqual({ valid: false, fault: 'unknown_format' });
});
