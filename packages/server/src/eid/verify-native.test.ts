import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import type { EidNative } from './eid-provider.ts';
import { type BoundFiles, bindingAlgorithm, computeNonce } from './oidc/document-binding.ts';
import { verifyNative } from './verify-native.ts';

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
const documentSha256 = digestOf('contract');
const attachmentSha256 = [digestOf('rules'), digestOf('plan')];
const bindingSecret = randomBytes(32).toString('base64url');
let native: EidNative;
let nativeOfThree: EidNative;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] };
  const nativeOf = async (files: BoundFiles): Promise<EidNative> => {
    const nonce = computeNonce(bindingSecret, files);
    const idToken = new SignJWT({ iss: 'https://bankid.example', aud: 'segl', nonce, exp: 1 });
    return {
      format: 'oidc_id_token',
      mediaType: 'application/jwt',
      fileName: 'bankid-id-token.jwt',
      content: Buffer.from(await idToken.setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey)),
      binding: {
        algorithm: bindingAlgorithm(files),
        bindingSecret,
        ...files,
        issuer: 'https://bankid.example',
        clientId: 'segl',
        jwks,
      },
    };
  };
  native = await nativeOf({ documentSha256 });
  nativeOfThree = await nativeOf({ documentSha256, attachmentSha256 });
});

test('computes the nonce as SHA-256 over the secret followed by the digest', () => {
  const expected = createHash('sha256')
    .update(Buffer.concat([Buffer.from(bindingSecret, 'base64url'), createHash('sha256').update('contract').digest()]))
    .digest('base64url');
  expect(computeNonce(bindingSecret, { documentSha256 })).toBe(expected);
});

test('computes it over the digest of each attachment after that of the document', () => {
  const parts = [documentSha256, ...attachmentSha256].map((digest) => Buffer.from(digest, 'hex'));
  const expected = createHash('sha256')
    .update(Buffer.concat([Buffer.from(bindingSecret, 'base64url'), ...parts]))
    .digest('base64url');
  expect(computeNonce(bindingSecret, { documentSha256, attachmentSha256 })).toBe(expected);
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

test('one login proves the document and each of its attachments', async () => {
  const all = { valid: true, documentSha256, attachmentSha256 };
  expect(await verifyNative(nativeOfThree, { documentSha256, attachmentSha256 })).toMatchObject(all);
  expect(await verifyNative(nativeOfThree, { attachmentSha256: [attachmentSha256[1]!] })).toMatchObject(all);
});

test.each<[string, BoundFiles]>([
  ['the document', { documentSha256: attachmentSha256[0]! }],
  ['an attachment', { attachmentSha256: [documentSha256] }],
  ['another attachment', { attachmentSha256: [attachmentSha256[0]!, digestOf('other')] }],
])('proves nothing else to be %s', async (_what, expected) => {
  expect(await verifyNative(nativeOfThree, expected)).toEqual({ valid: false, fault: 'document' });
});

test('proves no attachments where it was for the document alone', async () => {
  expect(await verifyNative(native, { attachmentSha256 })).toEqual({ valid: false, fault: 'document' });
});

test.each<[string, Record<string, unknown>]>([
  ['nonce', { attachmentSha256: [...attachmentSha256].reverse() }],
  ['nonce', { attachmentSha256: [attachmentSha256[0]] }],
  ['nonce', { attachmentSha256: undefined, algorithm: bindingAlgorithm({ documentSha256 }) }],
  ['nonce', { attachmentSha256: [...attachmentSha256, digestOf('more')] }],
  ['malformed', { attachmentSha256: undefined }],
  ['malformed', { attachmentSha256: [] }],
  ['malformed', { attachmentSha256: ['ab'] }],
  ['malformed', { documentSha256: undefined }],
  ['malformed', { algorithm: bindingAlgorithm({ documentSha256 }) }],
])('finds the %s wrong when the attachments are changed to %o', async (fault, change) => {
  const changed = { ...nativeOfThree, binding: { ...nativeOfThree.binding, ...change } };
  expect(await verifyNative(changed)).toEqual({ valid: false, fault });
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
    nonce: computeNonce(bindingSecret, { documentSha256 }),
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
