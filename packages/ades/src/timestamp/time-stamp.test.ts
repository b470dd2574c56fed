import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, sha256 } from '../../test/judges.ts';
import { createTestAuthority, POLICY, p384, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { children, readDer } from '../asn1/der-reader.ts';
import { buildTimeStampRequest } from './time-stamp-request.ts';
import { buildTimeStampFailure, buildTimeStampResponse } from './time-stamp-responder.ts';
import { requestTimeStamp, verifyTimeStampResponse } from './time-stamp-verification.ts';

const now = new Date('2026-11-24T08:00:00Z');
const imprint = sha256(Buffer.from('agreement'));
const request = { digest: 'sha256', imprint, nonce: 0x1234567890abcdefn, certReq: true } as const;

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
});

const respond = (bytes: Uint8Array, signer = authority.tsaProvider) =>
  buildTimeStampResponse({ request: bytes, signer, policy: POLICY, serialNumber: 42n, time: now });

describe('time-stamp responder', () => {
  it.each([
    ['RSA-2048', rsa],
    ['P-384', p384],
  ])('answers openssl’s request to openssl’s satisfaction with a %s key', async (_name, keys) => {
    await using bench = await createWorkbench();
    const own = await createTestAuthority({ now: new Date(), keys });
    const data = await bench.write('data.txt', 'agreement');
    const query = `${bench.folder}/query.tsq`;
    expect((await runJudge('openssl', ['ts', '-query', '-data', data, '-sha256', '-cert', '-out', query])).code).toBe(
      0,
    );
    const response = await bench.write('response.tsr', await own.tsa.timeStamp(await readFile(query)));
    const root = await bench.writePem('root.pem', [own.root]);
    const verified = await runJudge('openssl', [
      'ts',
      '-verify',
      '-queryfile',
      query,
      '-in',
      response,
      '-CAfile',
      root,
    ]);
    expect(verified.output).toContain('Verification: OK');
    const other = await bench.write('other.txt', 'another agreement');
    const refused = await runJudge('openssl', ['ts', '-verify', '-data', other, '-in', response, '-CAfile', root]);
    expect(refused.output).toContain('Verification: FAILED');
    const text = await runJudge('openssl', ['ts', '-reply', '-in', response, '-text']);
    expect(text.output).toContain(`Policy OID: ${POLICY}`);
    expect(text.output).toMatch(/Accuracy: 0x01 seconds/);
    expect(text.output).toContain('Status: Granted.');
  });

  it('leaves certificates out unless they are asked for', async () => {
    const withThem = await respond(buildTimeStampRequest(request));
    const without = await respond(buildTimeStampRequest({ ...request, certReq: false }));
    expect(withThem.length - without.length).toBeGreaterThan(authority.issuing.length);
    expect(Buffer.from(without).includes(authority.issuing)).toBe(false);
  });

  it('rejects what it must not stamp, with the failure bit of the RFC', async () => {
    const failure = async (bytes: Uint8Array): Promise<string> => {
      const [status, token] = children(readDer(await respond(bytes)));
      expect(token).toBeUndefined();
      const bits = children(status!).at(-1)!.contents;
      return Buffer.from(bits).toString('hex');
    };
    expect(await failure(buildTimeStampRequest({ ...request, policy: '1.2.3' }))).toBe('000001');
    expect(await failure(buildTimeStampRequest({ ...request, digest: 'sha1', imprint: imprint.subarray(12) }))).toBe(
      '0780',
    );
    expect(await failure(buildTimeStampRequest({ ...request, imprint: imprint.subarray(1) }))).toBe('0204');
    expect(await failure(randomBytes(40))).toBe('0204');
  });
});

describe('time-stamp client', () => {
  const expected = { digest: 'sha256', imprint, nonce: request.nonce } as const;

  it('takes a token that fits the request', async () => {
    const token = verifyTimeStampResponse(await respond(buildTimeStampRequest(request)), {
      ...expected,
      policy: POLICY,
      trustAnchors: [authority.root],
    });
    expect(token).toMatchObject({ generatedAt: now, policy: POLICY, serialNumber: 42n, nonce: request.nonce });
    expect(token.signer).toEqual(authority.tsaProvider.certificateChain[0]);
  });

  it.each([
    ['another nonce', { nonce: 5n }, /nonce/],
    ['another imprint', { imprint: sha256(Buffer.from('x')) }, /something else/],
    ['another policy', { policy: '1.2.3' }, /policy/],
  ])('refuses a token with %s', async (_what, change, message) => {
    const response = await respond(buildTimeStampRequest(request));
    expect(() => verifyTimeStampResponse(response, { ...expected, ...change })).toThrow(
      expect.objectContaining({ code: 'timestamp_invalid', message: expect.stringMatching(message) }),
    );
  });

  it('refuses a token of a certificate without timeStamping', async () => {
    const seal = await authority.enrol({
      commonName: 'Seal',
      profile: 'seal',
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'],
    });
    const response = await respond(buildTimeStampRequest(request), seal);
    expect(() => verifyTimeStampResponse(response, expected)).toThrow(
      expect.objectContaining({ code: 'timestamp_invalid', message: expect.stringMatching(/timeStamping/) }),
    );
  });

  it('refuses a TSA that leads to no anchor, and one whose certificate had not begun', async () => {
    const impostor = await createTestAuthority({ now });
    const response = await impostor.tsa.timeStamp(buildTimeStampRequest(request));
    const anchored = { ...expected, trustAnchors: [authority.root] };
    expect(() => verifyTimeStampResponse(response, anchored)).toThrow(
      expect.objectContaining({ code: 'timestamp_invalid' }),
    );
    const early = await buildTimeStampResponse({
      request: buildTimeStampRequest(request),
      signer: authority.tsaProvider,
      policy: POLICY,
      serialNumber: 1n,
      time: new Date('2020-01-01'),
    });
    expect(() => verifyTimeStampResponse(early, anchored)).toThrow(/not valid yet/);
  });

  it('notices every flipped byte of the signed part', async () => {
    const response = await respond(buildTimeStampRequest(request));
    const at = Buffer.from(response).indexOf(imprint);
    const forged = Uint8Array.from(response);
    forged[at]! ^= 1;
    const own = { ...expected, imprint: forged.subarray(at, at + 32) };
    expect(() => verifyTimeStampResponse(forged, own)).toThrow(expect.objectContaining({ code: 'timestamp_invalid' }));
  });

  it('passes on a refusal as such', async () => {
    const refusing = { timeStamp: async () => buildTimeStampFailure('closed') };
    await expect(requestTimeStamp(refusing, 'sha256', imprint)).rejects.toMatchObject({ code: 'timestamp_refused' });
  });

  it('sends a new nonce each time and catches a replayed answer', async () => {
    const recorded: Uint8Array[] = [];
    const replaying = {
      timeStamp: async (bytes: Uint8Array) => {
        recorded.push(await authority.tsa.timeStamp(bytes));
        return recorded[0]!;
      },
    };
    await requestTimeStamp(replaying, 'sha256', imprint, [authority.root]);
    await expect(requestTimeStamp(replaying, 'sha256', imprint, [authority.root])).rejects.toMatchObject({
      code: 'timestamp_invalid',
    });
  });
});
