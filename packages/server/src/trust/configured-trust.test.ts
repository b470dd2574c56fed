import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  buildOcspResponse,
  buildTimeStampRequest,
  type CertificateProfile,
  issueCertificate,
  issueRootCertificate,
  localSignatureProvider,
  readCertificate,
  type SignatureProvider,
  verifyXades,
} from '@segl/ades';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { ConfigError } from '../kernel/config/settings.ts';
import { ACT, NORDBANK, OpenSsl, startService, trustOn } from './trust.testing.ts';

const DAY_MS = 24 * 3_600_000;
const name = (commonName: string) => [{ type: 'CN' as const, value: commonName }];
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;

/** What an operator has from elsewhere: a root, an issuing CA, a seal. */
async function makeAuthority(
  notBefore = new Date(Date.now() - DAY_MS),
  notAfter = new Date(Date.now() + 100 * DAY_MS),
) {
  const rootKeys = p256();
  const root = await issueRootCertificate({ subject: name('Nordbank root'), notBefore, notAfter }, rootKeys);
  const rootProvider = localSignatureProvider(rootKeys.privateKey, [root]);
  const issue = async (profile: CertificateProfile, commonName: string, issuer: SignatureProvider) => {
    const keys = p256();
    const certificate = await issueCertificate(
      { profile, subject: name(commonName), publicKey: keys.publicKey, notBefore, notAfter },
      issuer,
    );
    return { key: keys.privateKey, chain: [certificate, ...issuer.certificateChain] };
  };
  const issuing = await issue('issuing_ca', 'Nordbank issuing CA', rootProvider);
  const seal = await issue('seal', 'Nordbank AS', localSignatureProvider(issuing.key, issuing.chain));
  return { root, issuing, seal };
}

describe('keys and services that the operator configured', () => {
  let database: TestDatabase;
  let openssl: OpenSsl;
  let authority: Awaited<ReturnType<typeof makeAuthority>>;
  let files: Record<'sealKey' | 'sealChain' | 'caKey' | 'caChain', string>;

  beforeAll(async () => {
    database = await freshDatabase('embedded');
    authority = await makeAuthority();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    openssl = await OpenSsl.open();
    files = {
      sealKey: await openssl.write('seal.key', pkcs8(authority.seal.key)),
      sealChain: await openssl.writeCertificates('seal.pem', ...authority.seal.chain),
      caKey: await openssl.write('ca.key', pkcs8(authority.issuing.key)),
      caChain: await openssl.writeCertificates('ca.pem', ...authority.issuing.chain),
    };
    return () => openssl.close();
  });

  const withSeal = (sealKeyFile: string, sealCertificateFile: string) =>
    trustOn(database, { sealKeyFile, sealCertificateFile });
  const withCa = (signerCaKeyFile: string, signerCaCertificateFile: string) =>
    trustOn(database, { signerCaKeyFile, signerCaCertificateFile });

  it('the seal is used for every account, and its root is an anchor', async () => {
    const trust = await withSeal(files.sealKey, files.sealChain);
    const seal = await trust.sealProvider(NORDBANK);
    expect(seal.certificateChain.map((one) => Buffer.from(one))).toEqual(
      authority.seal.chain.map((one) => Buffer.from(one)),
    );
    expect(await trust.sealProvider({ id: '0195a000-0000-7000-8000-00000000000b', name: 'Sjøbank' })).toBe(seal);
    expect(trust.anchors.map((one) => Buffer.from(one))).toContainEqual(Buffer.from(authority.root));
  });

  it('the CA issues the one-shot certificates, and openssl verifies them', async () => {
    const trust = await withCa(files.caKey, files.caChain);
    const signer = await trust.oneShotSigner(ACT);
    await openssl.writeCertificates('leaf.pem', signer.certificateChain[0]!);
    await openssl.writeCertificates('root.pem', authority.root);
    const said = await openssl.say(
      'verify',
      '-x509_strict',
      '-CAfile',
      'root.pem',
      '-untrusted',
      files.caChain,
      'leaf.pem',
    );
    expect(said).toContain('leaf.pem: OK');
    // A certificate never outlives its issuer.
    expect(readCertificate(signer.certificateChain[0]!).notAfter).toEqual(
      readCertificate(authority.issuing.chain[0]!).notAfter,
    );
  });

  it('a CA on an RSA key of another maker works too', async () => {
    await openssl.say(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'rsa.key',
      '-out',
      'rsa.pem',
      '-days',
      '30',
      '-subj',
      '/C=NO/O=Østbank/CN=RSA CA',
      '-utf8',
    );
    const trust = await withCa(`${openssl.folder}/rsa.key`, `${openssl.folder}/rsa.pem`);
    await openssl.writeCertificates('leaf.pem', (await trust.oneShotSigner(ACT)).certificateChain[0]!);
    expect(await openssl.say('verify', '-CAfile', 'rsa.pem', 'leaf.pem')).toContain('leaf.pem: OK');
  });

  describe('a mistake stops the start, and the message names the file', () => {
    async function mistake(start: Promise<unknown>): Promise<string> {
      const error = await start.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).mistakes.join('\n');
    }

    it('a file that is not there', async () => {
      expect(await mistake(withSeal('/no/such.key', files.sealChain))).toBe('/no/such.key: cannot be read (ENOENT)');
      expect(await mistake(withSeal(files.sealKey, openssl.folder))).toBe(`${openssl.folder}: cannot be read (EISDIR)`);
    });

    it('a certificate of another key', async () => {
      expect(await mistake(withSeal(files.caKey, files.sealChain))).toContain('does not belong to the key');
    });

    it.each([
      ['exchanged', () => [files.sealChain, files.sealKey]],
      ['an empty chain', async () => [files.sealKey, await openssl.write('x.pem', '')]],
      ['no PEM', async () => [files.sealKey, await openssl.write('x.pem', 'nonsense')]],
      ['DER', async () => [files.sealKey, await openssl.write('x.cer', authority.seal.chain[0]!)]],
      [
        'a broken certificate',
        async () => [
          files.sealKey,
          await openssl.write('x.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
        ],
      ],
      [
        'a key with a password',
        async () => {
          const locked = authority.seal.key.export({
            type: 'pkcs8',
            format: 'pem',
            cipher: 'aes-256-cbc',
            passphrase: 'x',
          });
          return [await openssl.write('locked.key', locked as string), files.sealChain];
        },
      ],
    ] as [string, () => Promise<string[]> | string[]][])('files that are something else: %s', async (_what, make) => {
      const [key = '', chain = ''] = await make();
      const told = await mistake(withSeal(key, chain));
      expect(told.includes(key) || told.includes(chain)).toBe(true);
      expect(told).not.toContain('PRIVATE KEY');
    });

    it('a chain in the wrong order, or of other certificates', async () => {
      const [leaf, issuing, root] = authority.seal.chain;
      const foreign = await makeAuthority();
      for (const chain of [
        [leaf!, root!, issuing!],
        [leaf!, ...foreign.issuing.chain],
        [leaf!, leaf!],
      ]) {
        const file = await openssl.writeCertificates('chain.pem', ...chain);
        expect(await mistake(withSeal(files.sealKey, file))).toBe(
          `${file}: certificate 1 is not issued by the next one`,
        );
      }
    });

    it('a CA as the seal, and a seal as the CA', async () => {
      expect(await mistake(withSeal(files.caKey, files.caChain))).toContain('is that of a CA');
      expect(await mistake(withCa(files.sealKey, files.sealChain))).toContain('is not that of a CA');
    });

    it('a certificate that has expired or is not valid yet', async () => {
      const now = Date.now();
      for (const [from, to, words] of [
        [now - 10 * DAY_MS, now - DAY_MS, 'has expired'],
        [now + DAY_MS, now + 10 * DAY_MS, 'is not valid before'],
      ] as const) {
        const { seal } = await makeAuthority(new Date(from), new Date(to));
        const key = await openssl.write('old.key', pkcs8(seal.key));
        const chain = await openssl.writeCertificates('old.pem', ...seal.chain);
        expect(await mistake(withSeal(key, chain))).toContain(words);
      }
    });

    it('a key that is too weak', async () => {
      await openssl.say(
        'req',
        '-x509',
        '-newkey',
        'rsa:1024',
        '-nodes',
        '-keyout',
        'weak.key',
        '-out',
        'weak.pem',
        '-days',
        '30',
        '-subj',
        '/CN=Weak',
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      );
      expect(await mistake(withSeal(`${openssl.folder}/weak.key`, `${openssl.folder}/weak.pem`))).toContain('weak.key');
    });

    it('roots of the time-stamp service that are none', async () => {
      const file = await openssl.write('roots.pem', 'nonsense');
      const start = trustOn(database, { timeStampUrl: 'http://127.0.0.1:9/tsa', timeStampCertificateFile: file });
      expect(await mistake(start)).toContain(file);
    });
  });

  describe('a time-stamp service', () => {
    it('is asked instead of the embedded one', async () => {
      const other = await freshDatabase('embedded');
      const elsewhere = await trustOn(other);
      const asked: (string | undefined)[] = [];
      const service = await startService(async (body, contentType) => {
        asked.push(contentType);
        return elsewhere.timeStamps.timeStamp(body);
      });
      const trust = await trustOn(database, { timeStampUrl: service.url });
      const request = buildTimeStampRequest({ digest: 'sha256', imprint: randomBytes(32), certReq: true });
      const response = await trust.timeStamps.timeStamp(request);
      expect(asked).toEqual(['application/timestamp-query']);
      await openssl.write('r.tsr', response);
      expect(await openssl.say('ts', '-reply', '-in', 'r.tsr', '-text')).toContain('Status: Granted');
      await service.close();
      await other.close();
    });

    it('without it a seal is B-B where the instance queues, and is raised later; otherwise it is refused', async () => {
      const database = await freshDatabase('embedded');
      const elsewhere = await trustOn(database);
      let isAway = true;
      const service = await startService((body) =>
        isAway ? Promise.resolve(new Uint8Array([0x30, 0])) : elsewhere.timeStamps.timeStamp(body),
      );
      const [queueing, refusing] = await Promise.all(
        (['queue', 'refuse'] as const).map((timeStampPolicy) =>
          trustOn(database, { timeStampUrl: service.url, timeStampPolicy }),
        ),
      );
      const xml = Buffer.from('<a>1</a>');
      const unavailable = { status: 503, code: 'timestamp_unavailable', retryAfterSeconds: 60 };
      await expect(refusing!.sealXml(NORDBANK, xml)).rejects.toMatchObject(unavailable);
      const sealed = await queueing!.sealXml(NORDBANK, xml);
      expect(sealed.level).toBe('B-B');
      await expect(queueing!.raiseSeal(sealed.bytes)).rejects.toMatchObject(unavailable);
      isAway = false;
      const raised = await queueing!.raiseSeal(sealed.bytes);
      const verdict = await verifyXades(raised, { trustAnchors: [...queueing!.anchors] });
      expect([verdict.problems, verdict.level]).toEqual([[], 'B-LT']);
      expect((await queueing!.sealXml(NORDBANK, xml)).level).toBe('B-LT');
      await service.close();
      await database.close();
    });

    it('503 timestamp_unavailable while it is away and the instance refuses; otherwise signing goes on', async () => {
      const service = await startService(async () => new Uint8Array([0x30, 0]));
      const refusing = await trustOn(database, { timeStampUrl: service.url, timeStampPolicy: 'refuse' });
      const queueing = await trustOn(database, { timeStampUrl: service.url, timeStampPolicy: 'queue' });
      await expect(refusing.requireTimeStamps()).resolves.toBeUndefined();
      await service.close();
      await expect(queueing.requireTimeStamps()).resolves.toBeUndefined();
      await expect(refusing.requireTimeStamps()).rejects.toMatchObject({
        status: 503,
        code: 'timestamp_unavailable',
        retryAfterSeconds: 60,
      });
    });
  });

  it('503 timestamp_unavailable while the revocation service of a seal is away and the instance refuses', async () => {
    const now = new Date();
    const validity = { notBefore: new Date(now.getTime() - DAY_MS), notAfter: new Date(now.getTime() + 100 * DAY_MS) };
    const [rootKeys, sealKeys] = [p256(), p256()];
    const root = await issueRootCertificate({ subject: name('Nordbank root'), ...validity }, rootKeys);
    const rootProvider = localSignatureProvider(rootKeys.privateKey, [root]);
    let isAway = true;
    const service = await startService(async (request) => {
      if (isAway) throw new Error('away');
      const producedAt = new Date();
      const nextUpdate = new Date(producedAt.getTime() + DAY_MS);
      const status = () => ({ status: 'good' as const });
      return buildOcspResponse({ request, responder: rootProvider, issuer: root, status, producedAt, nextUpdate });
    });
    const seal = await issueCertificate(
      {
        profile: 'seal',
        subject: name('Nordbank AS'),
        publicKey: sealKeys.publicKey,
        ocspUrl: service.url,
        ...validity,
      },
      rootProvider,
    );
    const sealKeyFile = await openssl.write('own.key', pkcs8(sealKeys.privateKey));
    const sealCertificateFile = await openssl.writeCertificates('own.pem', seal, root);
    const start = (timeStampPolicy: 'queue' | 'refuse') =>
      trustOn(database, { timeStampPolicy, sealKeyFile, sealCertificateFile });
    const [queueing, refusing] = [await start('queue'), await start('refuse')];
    await expect(queueing.requireTimeStamps()).resolves.toBeUndefined();
    await expect(refusing.requireTimeStamps()).rejects.toMatchObject({ status: 503, code: 'timestamp_unavailable' });
    isAway = false;
    await expect(refusing.requireTimeStamps()).resolves.toBeUndefined();
    await service.close();
  });
});
