import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, serveOcsp } from '../../test/judges.ts';
import { createTestAuthority, p384, rsa, serialOf, type TestAuthority } from '../../test/test-authority.ts';
import type { SignatureProvider } from '../ports.ts';
import { issueCrl, verifyCrl } from './crl.ts';
import { buildOcspRequest, readOcspRequest } from './ocsp-request.ts';
import { buildOcspResponse, type CertificateStatus } from './ocsp-responder.ts';
import { verifyOcspResponse } from './ocsp-response.ts';

const now = new Date('2026-11-24T08:00:00Z');
let authority: TestAuthority;
let kari: SignatureProvider;
beforeAll(async () => {
  authority = await createTestAuthority({ now });
  kari = await authority.enrol({ commonName: 'Kari' });
});

describe('OCSP responder', () => {
  it.each([
    ['RSA-2048', rsa],
    ['P-384', p384],
  ])('satisfies openssl ocsp over HTTP with %s keys: good, revoked, unknown', async (_name, keys) => {
    await using bench = await createWorkbench();
    const own = await createTestAuthority({ now: new Date(), keys });
    await using server = await serveOcsp((request) => own.answerOcsp(request, own.issuing));
    const good = await own.enrol({ commonName: 'Kari' });
    const revoked = await own.enrol({ commonName: 'Ola' });
    const unknown = await own.enrol({ commonName: 'Nils' });
    own.statuses.set(serialOf(revoked), {
      status: 'revoked',
      revokedAt: new Date(Date.now() - 60_000),
      reason: 'key_compromise',
    });
    own.statuses.set(serialOf(unknown), { status: 'unknown' });
    const root = await bench.writePem('root.pem', [own.root]);
    const issuer = await bench.writePem('issuing.pem', [own.issuing]);
    const ask = async (provider: SignatureProvider) => {
      const certificate = await bench.writePem('leaf.pem', [provider.certificateChain[0]!]);
      const args = [
        '-issuer',
        issuer,
        '-cert',
        certificate,
        '-url',
        server.url,
        '-CAfile',
        root,
        '-verify_other',
        issuer,
      ];
      return (await runJudge('openssl', ['ocsp', ...args])).output;
    };
    const answer = await ask(good);
    expect(answer).toContain('Response verify OK');
    expect(answer).toContain('leaf.pem: good');
    expect(answer).not.toContain('WARNING');
    expect(await ask(revoked)).toMatch(/leaf.pem: revoked[\s\S]*Reason: keyCompromise/);
    expect(await ask(unknown)).toContain('leaf.pem: unknown');
  });

  it('says malformedRequest to what it cannot read', async () => {
    const response = await authority.answerOcsp(randomBytes(30), authority.issuing);
    expect(Buffer.from(response).toString('hex')).toBe('30030a0101');
  });

  it('does not know certificates of other issuers', async () => {
    const request = buildOcspRequest(authority.issuing, authority.root);
    const response = await authority.answerOcsp(request, authority.issuing);
    expect(() =>
      verifyOcspResponse(response, { certificate: authority.issuing, issuer: authority.root, at: now }),
    ).toThrow(expect.objectContaining({ code: 'ocsp_invalid' }));
  });
});

describe('OCSP response verification', () => {
  const leaf = () => kari.certificateChain[0]!;
  const ask = (
    options: {
      nonce?: Uint8Array;
      status?: CertificateStatus;
      responder?: SignatureProvider;
      producedAt?: Date;
      nextUpdate?: Date;
    } = {},
  ) =>
    buildOcspResponse({
      request: buildOcspRequest(leaf(), authority.issuing, options.nonce && { nonce: options.nonce }),
      responder: options.responder ?? authority.ocspProvider,
      issuer: authority.issuing,
      status: () => options.status ?? { status: 'good' },
      producedAt: options.producedAt ?? now,
      ...(options.nextUpdate && { nextUpdate: options.nextUpdate }),
    });
  const verify = (response: Uint8Array, options: { at?: Date; nonce?: Uint8Array; certificate?: Uint8Array } = {}) =>
    verifyOcspResponse(response, { certificate: leaf(), issuer: authority.issuing, at: now, ...options });
  const ocspError = (message: RegExp) =>
    expect.objectContaining({ code: 'ocsp_invalid', message: expect.stringMatching(message) });

  it('gives the status with its times', async () => {
    expect(verify(await ask())).toMatchObject({
      certificateStatus: { status: 'good' },
      producedAt: now,
      thisUpdate: now,
    });
    const status: CertificateStatus = {
      status: 'revoked',
      revokedAt: new Date('2026-11-01T00:00:00Z'),
      reason: 'superseded',
    };
    expect(verify(await ask({ status })).certificateStatus).toEqual(status);
    expect(verify(await ask({ responder: authority.issuingProvider })).responder).toEqual(authority.issuing);
  });

  it('wants the nonce back that it sent', async () => {
    const nonce = randomBytes(16);
    const response = await ask({ nonce });
    expect(verify(response, { nonce }).certificateStatus.status).toBe('good');
    expect(() => verify(response, { nonce: randomBytes(16) })).toThrow(ocspError(/nonce/));
    expect(readOcspRequest(buildOcspRequest(leaf(), authority.issuing, { nonce })).nonce).toBeDefined();
  });

  it('refuses answers about another certificate', async () => {
    const other = await authority.enrol({ commonName: 'Ola' });
    const response = await ask();
    expect(() => verify(response, { certificate: other.certificateChain[0]! })).toThrow(
      ocspError(/another certificate/),
    );
  });

  it('refuses answers from the future and out of date ones', async () => {
    const response = await ask({ nextUpdate: new Date('2026-11-25T08:00:00Z') });
    expect(() => verify(response, { at: new Date('2026-11-24T07:00:00Z') })).toThrow(ocspError(/future/));
    expect(() => verify(response, { at: new Date('2026-11-26T08:00:00Z') })).toThrow(ocspError(/out of date/));
  });

  it('refuses a responder that the issuer did not make one', async () => {
    const seal = await authority.enrol({ commonName: 'Seal', profile: 'seal' });
    const impostor = await createTestAuthority({ now });
    const byLeaf = await ask({ responder: seal });
    const byStranger = await ask({ responder: impostor.ocspProvider });
    expect(() => verify(byLeaf)).toThrow(ocspError(/not authorised/));
    expect(() => verify(byStranger)).toThrow(ocspError(/not authorised/));
  });

  it('refuses a forged status', async () => {
    const status: CertificateStatus = { status: 'revoked', revokedAt: new Date('2026-11-01T00:00:00Z') };
    const response = Buffer.from(await ask({ status }));
    const at = response.indexOf(Buffer.from('20261101000000Z', 'latin1'));
    response.write('20361101000000Z', at, 'latin1');
    expect(() => verify(response)).toThrow(ocspError(/does not verify/));
  });
});

describe('CRL', () => {
  const revoked = [
    { serialNumber: 5n, revokedAt: new Date('2026-11-01T00:00:00Z'), reason: 'key_compromise' as const },
    { serialNumber: 2n ** 126n, revokedAt: new Date('2026-11-02T00:00:00Z') },
  ];
  const issue = (issuer = authority.issuingProvider) =>
    issueCrl({ issuer, crlNumber: 12n, thisUpdate: now, nextUpdate: new Date('2026-12-01T08:00:00Z'), revoked });

  it('verifies and lists its entries', async () => {
    const crl = verifyCrl(await issue(), authority.issuing);
    expect(crl).toMatchObject({ thisUpdate: now, crlNumber: 12n });
    expect(crl.revoked.get(5n)).toEqual({ revokedAt: revoked[0]!.revokedAt, reason: 'key_compromise' });
    expect(crl.revoked.get(2n ** 126n)?.reason).toBe('unspecified');
    expect(crl.revoked.has(6n)).toBe(false);
  });

  it('is taken by openssl, which then refuses the revoked certificate', async () => {
    await using bench = await createWorkbench();
    const own = await createTestAuthority({ now: new Date() });
    const ola = await own.enrol({ commonName: 'Ola' });
    const write = async () => bench.write('issuing.crl', await own.crl(own.issuing));
    const check = async (crl: string) => {
      const root = await bench.writePem('root.pem', [own.root]);
      const issuing = await bench.writePem('issuing.pem', [own.issuing]);
      const leaf = await bench.writePem('leaf.pem', [ola.certificateChain[0]!]);
      return (
        await runJudge('openssl', [
          'verify',
          '-crl_check',
          '-CRLfile',
          crl,
          '-CAfile',
          root,
          '-untrusted',
          issuing,
          leaf,
        ])
      ).output;
    };
    expect(await check(await write())).toContain('leaf.pem: OK');
    own.statuses.set(serialOf(ola), { status: 'revoked', revokedAt: new Date(Date.now() - 1000) });
    expect(await check(await write())).toContain('certificate revoked');
  });

  it('of another issuer, or altered, is refused', async () => {
    const impostor = await createTestAuthority({ now });
    const strange = await issue(impostor.issuingProvider);
    expect(() => verifyCrl(strange, authority.issuing)).toThrow(expect.objectContaining({ code: 'crl_invalid' }));
    const altered = Uint8Array.from(await issue());
    altered[Buffer.from(altered).indexOf(Buffer.from('261101000000Z'))]! ^= 1;
    expect(() => verifyCrl(altered, authority.issuing)).toThrow(expect.objectContaining({ code: 'crl_invalid' }));
  });
});
