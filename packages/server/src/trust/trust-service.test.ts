import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { buildOcspRequest, buildTimeStampRequest, readCertificate } from '@segl/ades';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { createThrottling } from '../kernel/http/throttle.ts';
import { BUCKET_SIZES } from '../kernel/http/throttle-sizes.ts';
import { createLog } from '../kernel/log/log.ts';
import type { Trust } from './index.ts';
import { ACT, NORDBANK, OpenSsl, trustOn } from './trust.testing.ts';

describeOnEachDatabase('the embedded trust service', (open) => {
  let database: TestDatabase;
  let trust: Trust;
  let http: FastifyInstance;
  let openssl: OpenSsl;
  let base: string;

  beforeAll(async () => {
    database = await open();
    openssl = await OpenSsl.open();
    trust = await trustOn(database);
    const log = createLog('silent');
    http = createHttpServer({
      maxBodyBytes: 1_000_000,
      trustedProxies: [],
      log,
      defaultEnvironment: 'test',
      throttling: createThrottling({ sizes: BUCKET_SIZES, refuse: false, log }),
    });
    await trust.register(http);
    await http.listen({ port: 0, host: '127.0.0.1' });
    base = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}/trust`;
    for (const name of ['root.pem', 'issuing.pem', 'tsa.pem', 'crl/root.crl', 'crl/issuing.crl']) {
      await openssl.write(name.replace('crl/', ''), await download(name));
    }
  });
  afterAll(async () => {
    await http.close();
    await openssl.close();
  });

  async function download(path: string): Promise<Buffer> {
    const answer = await fetch(`${base}/${path}`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  }
  const post = (path: string, contentType: string, body: Uint8Array | string) =>
    fetch(`${base}/${path}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: Buffer.from(body as Uint8Array),
    });

  async function oneShot(): Promise<Uint8Array> {
    return (await trust.oneShotSigner(ACT)).certificateChain[0]!;
  }
  function uuidOf(certificate: Uint8Array): string {
    const hex = readCertificate(certificate).serialNumber.toString(16).padStart(32, '0');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
  const revoke = (certificate: Uint8Array, reason: string | null) =>
    database.query('update trust_certificates set revoked_at = $2, revocation_reason = $3 where serial = $1', [
      uuidOf(certificate),
      new Date(),
      reason,
    ]);
  const ask = (name: string, url = `${base}/ocsp/issuing`) =>
    openssl.say('ocsp', '-issuer', 'issuing.pem', '-cert', name, '-url', url, '-CAfile', 'root.pem', '-resp_text');

  it('openssl verify: every certificate leads to the root, and what each is for', async () => {
    const signer = await trust.oneShotSigner(ACT);
    const seal = await trust.sealProvider(NORDBANK);
    await openssl.writeCertificates('signer.pem', signer.certificateChain[0]!);
    await openssl.writeCertificates('seal.pem', seal.certificateChain[0]!);
    const verify = (...args: string[]) => openssl.say('verify', '-x509_strict', '-CAfile', 'root.pem', ...args);
    expect(await verify('root.pem')).toContain('root.pem: OK');
    expect(await verify('issuing.pem')).toContain('issuing.pem: OK');
    for (const name of ['signer.pem', 'seal.pem']) {
      expect(await verify('-untrusted', 'issuing.pem', name)).toContain(`${name}: OK`);
      expect(await verify(name)).toMatch(/^refused/);
    }
    expect(await verify('-untrusted', 'issuing.pem', '-purpose', 'timestampsign', 'tsa.pem')).toContain('tsa.pem: OK');
    expect(await verify('-untrusted', 'issuing.pem', '-purpose', 'timestampsign', 'signer.pem')).toMatch(/^refused/);
    // The key that certifies pages cannot make certificates.
    await openssl.writeCertificates('chain.pem', seal.certificateChain[0]!, ...seal.certificateChain.slice(1));
    expect(await openssl.say('x509', '-in', 'seal.pem', '-noout', '-text')).not.toContain('CA:TRUE');
  });

  it('a one-shot certificate names person, account, method and act, and points to revocation data', async () => {
    await openssl.writeCertificates('named.pem', await oneShot());
    const text = await openssl.say('x509', '-in', 'named.pem', '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus');
    for (const part of [
      'CN=Kari Nordmann',
      'O=Nordbank',
      'One-shot certificate for a signature by no_bankid_netcentric',
      '9578-6000-4-123456',
      'Non Repudiation',
      'CA Issuers - URI:http://localhost:8642/trust/issuing.cer',
      'OCSP - URI:http://localhost:8642/trust/ocsp/issuing',
      'URI:http://localhost:8642/trust/crl/issuing.crl',
    ]) {
      expect(text).toContain(part);
    }
  });

  it.each([
    [
      'names beyond the limits of X.520',
      { fullName: 'K'.repeat(300), accountName: '銀行'.repeat(100), firstName: 'K'.repeat(300) },
    ],
    ['names with every kind of character', { fullName: '=,+"\\<>#; \u{1f600}ÆØÅ', uniqueId: 'ø*_%\u{1f600}' }],
    ['no names', { fullName: '', firstName: undefined, lastName: undefined, accountName: '', uniqueId: '' }],
  ])('issues a certificate that openssl verifies for %s', async (_what, changes) => {
    const { certificateChain } = await trust.oneShotSigner({ ...ACT, ...changes });
    await openssl.writeCertificates('odd.pem', certificateChain[0]!);
    expect(
      await openssl.say('verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'odd.pem'),
    ).toContain('odd.pem: OK');
  });

  it('each act has a key and a certificate of its own, an account one seal', async () => {
    const [first, second] = [await trust.oneShotSigner(ACT), await trust.oneShotSigner(ACT)];
    const parsed = [first, second].map((one) => readCertificate(one.certificateChain[0]!));
    expect(parsed[0]!.serialNumber).not.toBe(parsed[1]!.serialNumber);
    expect(Buffer.compare(parsed[0]!.spki, parsed[1]!.spki)).not.toBe(0);
    const seals = await Promise.all([trust.sealProvider(NORDBANK), trust.sealProvider(NORDBANK)]);
    expect(seals[0].certificateChain).toEqual(seals[1].certificateChain);
  });

  it('RFC 5280: openssl accepts the CRLs, empty and with a revoked certificate', async () => {
    for (const [name, issuer] of [
      ['root.crl', 'root.pem'],
      ['issuing.crl', 'issuing.pem'],
    ] as const) {
      expect(await openssl.say('crl', '-in', name, '-inform', 'DER', '-CAfile', issuer, '-noout')).toContain(
        'verify OK',
      );
    }
    const certificate = await oneShot();
    await openssl.writeCertificates('crl-leaf.pem', certificate);
    const verify = async () => {
      await openssl.write('now.crl', await download('crl/issuing.crl'));
      await openssl.write('root-now.crl', await download('crl/root.crl'));
      const crls = await Promise.all(
        ['now.crl', 'root-now.crl'].map((name) => openssl.say('crl', '-in', name, '-inform', 'DER')),
      );
      await openssl.write('crls.pem', crls.join(''));
      return openssl.say(
        'verify',
        '-crl_check_all',
        '-CRLfile',
        'crls.pem',
        '-CAfile',
        'root.pem',
        '-untrusted',
        'issuing.pem',
        'crl-leaf.pem',
      );
    };
    expect(await verify()).toContain('crl-leaf.pem: OK');
    await revoke(certificate, 'key_compromise');
    expect(await verify()).toContain('certificate revoked');
    const text = await openssl.say('crl', '-in', 'now.crl', '-inform', 'DER', '-noout', '-text');
    expect(text).toContain('Key Compromise');
    expect(text.replaceAll(':', '').toUpperCase()).toContain(uuidOf(certificate).replaceAll('-', '').toUpperCase());
  });

  it('RFC 6960: openssl gets good, revoked with its reason, and unknown by POST', async () => {
    const certificate = await oneShot();
    await openssl.writeCertificates('leaf.pem', certificate);
    const good = await ask('leaf.pem');
    expect(good).toContain('Response verify OK');
    expect(good).toContain('leaf.pem: good');
    await revoke(certificate, 'key_compromise');
    const revoked = await ask('leaf.pem');
    expect(revoked).toContain('Response verify OK');
    expect(revoked).toContain('leaf.pem: revoked');
    expect(revoked).toContain('keyCompromise');

    const other = await oneShot();
    await openssl.writeCertificates('other.pem', other);
    await database.query('delete from trust_certificates where serial = $1', [uuidOf(other)]);
    expect(await ask('other.pem')).toContain('other.pem: unknown');
    const asRoot = await openssl.say(
      'ocsp',
      '-issuer',
      'root.pem',
      '-cert',
      'issuing.pem',
      '-url',
      `${base}/ocsp/root`,
      '-CAfile',
      'root.pem',
    );
    expect(asRoot).toContain('issuing.pem: good');
    // Asked at the wrong authority.
    expect(await ask('leaf.pem', `${base}/ocsp/root`)).not.toContain('leaf.pem: good');
  });

  it('RFC 6960 A.1: answers GET, with the base64 escaped or not', async () => {
    const issuing = readCertificate(await download('issuing.cer')).bytes;
    let slashes = 0;
    for (let n = 0; n < 60 && slashes < 3; n++) {
      const request = Buffer.from(buildOcspRequest(await oneShot(), issuing, { nonce: randomBytes(32) }));
      const base64 = request.toString('base64');
      if (!/[+/]/.test(base64)) continue;
      slashes += 1;
      for (const path of [base64, encodeURIComponent(base64)]) {
        await openssl.write('answer.der', await download(`ocsp/issuing/${path}`));
        await openssl.write('question.der', request);
        const said = await openssl.say(
          'ocsp',
          '-respin',
          'answer.der',
          '-reqin',
          'question.der',
          '-CAfile',
          'root.pem',
          '-issuer',
          'issuing.pem',
          '-resp_text',
          '-verify_other',
          'issuing.pem',
        );
        expect(said).toContain('Response verify OK');
        expect(said).toContain('Cert Status: good');
      }
    }
    expect(slashes).toBe(3);
  });

  it('a serial number that is none of ours is unknown, however large', async () => {
    const certificate = await oneShot();
    const issuing = readCertificate(await download('issuing.cer')).bytes;
    const genuine = Buffer.from(buildOcspRequest(certificate, issuing));
    const serial = readCertificate(certificate).serialNumber;
    const bytes = Buffer.from(serial.toString(16).padStart(32, '0'), 'hex');
    const at = genuine.indexOf(bytes);
    // The same 16 bytes with one more in front: the number modulo 2^128 is ours, the number is not.
    const longer = Buffer.concat([genuine.subarray(0, at), Buffer.from([1]), genuine.subarray(at)]);
    longer[at - 1]! += 1;
    for (let index = 0; index < at - 1; index++) {
      // Every enclosing SEQUENCE is one byte longer.
      if (longer[index] === 0x30 && index + 1 + longer[index + 1]! >= at - 1) longer[index + 1]! += 1;
    }
    await openssl.write('long.der', longer);
    const answer = await post('ocsp/issuing', 'application/ocsp-request', longer);
    await openssl.write('long-answer.der', Buffer.from(await answer.arrayBuffer()));
    const said = await openssl.say('ocsp', '-respin', 'long-answer.der', '-resp_text', '-noverify');
    expect(said).toContain('Cert Status: unknown');
  });

  it('what cannot be read is answered as the protocol says, never with an error of the server', async () => {
    for (const body of [Buffer.from('nonsense'), Buffer.from([0x30, 0x00]), Buffer.alloc(60_000, 0x30)]) {
      const ocsp = await post('ocsp/issuing', 'application/ocsp-request', body);
      expect([ocsp.status, Buffer.from(await ocsp.arrayBuffer()).toString('hex')]).toEqual([200, '30030a0101']);
      const tsa = await post('tsa', 'application/timestamp-query', body);
      expect([tsa.status, tsa.headers.get('content-type')]).toEqual([200, 'application/timestamp-reply']);
      await openssl.write('refused.tsr', Buffer.from(await tsa.arrayBuffer()));
      expect(await openssl.say('ts', '-reply', '-in', 'refused.tsr', '-text')).toContain('Status: Rejected');
    }
    const issuing = readCertificate(await download('issuing.cer')).bytes;
    const genuine = {
      'ocsp/issuing': Buffer.from(buildOcspRequest(await oneShot(), issuing, { nonce: randomBytes(16) })),
      tsa: Buffer.from(buildTimeStampRequest({ digest: 'sha256', imprint: randomBytes(32), certReq: true })),
    };
    const change = fc.record({
      path: fc.constantFrom('ocsp/issuing' as const, 'tsa' as const),
      at: fc.nat({ max: 100 }),
      byte: fc.oneof(fc.constantFrom(0, 0x30, 0xff), fc.integer({ min: 0, max: 255 })),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ path, at, byte, cut }) => {
        const changed = Buffer.from(genuine[path]);
        if (at < changed.length) changed[at] = byte;
        const answer = await http.inject({
          method: 'POST',
          url: `/trust/${path}`,
          headers: { 'content-type': 'application/octet-stream' },
          payload: cut ? changed.subarray(0, at + 1) : changed,
        });
        expect(answer.statusCode).toBe(200);
      }),
      { numRuns: 600 },
    );
  });

  it('413: a request that is larger than any', async () => {
    for (const path of ['ocsp/issuing', 'tsa']) {
      expect((await post(path, 'application/octet-stream', Buffer.alloc(70_000))).status).toBe(413);
    }
    expect((await post('tsa', 'application/timestamp-query', Buffer.alloc(0))).status).toBe(400);
  });

  it('RFC 3161: openssl verifies a time-stamp, with nonce, certificate and the stated policy', async () => {
    await openssl.write('data.bin', 'the bytes to be stamped');
    for (const digest of ['-sha256', '-sha384', '-sha512']) {
      await openssl.say('ts', '-query', '-data', 'data.bin', digest, '-cert', '-out', 'q.tsq');
      const answer = await post('tsa', 'application/timestamp-query', await readFile(`${openssl.folder}/q.tsq`));
      expect(answer.headers.get('content-type')).toBe('application/timestamp-reply');
      await openssl.write('r.tsr', Buffer.from(await answer.arrayBuffer()));
      const verify = (...args: string[]) =>
        openssl.say('ts', '-verify', '-in', 'r.tsr', '-CAfile', 'root.pem', '-untrusted', 'issuing.pem', ...args);
      expect(await verify('-queryfile', 'q.tsq')).toContain('Verification: OK');
      expect(await verify('-data', 'data.bin')).toContain('Verification: OK');
      await openssl.write('other.bin', 'other bytes');
      expect(await verify('-data', 'other.bin')).toContain('Verification: FAILED');
    }
  });

  it('time-stamps have numbers of their own, also at the same moment', async () => {
    await openssl.say('ts', '-query', '-data', 'root.pem', '-sha256', '-out', 'same.tsq');
    const query = await readFile(`${openssl.folder}/same.tsq`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('tsa', 'application/timestamp-query', query)),
    );
    const serials = new Set<string>();
    for (const answer of answers) {
      await openssl.write('one.tsr', Buffer.from(await answer.arrayBuffer()));
      serials.add(/Serial number: (.*)/.exec(await openssl.say('ts', '-reply', '-in', 'one.tsr', '-text'))![1]!);
    }
    expect(serials.size).toBe(20);
  });

  it('another process on the database has the same authority, and a start at once makes one', async () => {
    const again = await trustOn(database);
    expect(again.anchors).toEqual(trust.anchors);
    const fresh = await open();
    const started = await Promise.all(Array.from({ length: 3 }, () => trustOn(fresh)));
    const hashes = started.map((one) => createHash('sha256').update(one.anchors[0]!).digest('hex'));
    expect(new Set(hashes).size).toBe(1);
  });
});
