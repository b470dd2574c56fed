import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  buildOcspRequest,
  buildOcspResponse,
  buildTimeStampResponse,
  type CertificateRequest,
  type CertificateStatus,
  issueCertificate,
  issueCrl,
  issueRootCertificate,
  localSignatureProvider,
  type RevocationSource,
  readCertificate,
  type SignatureProvider,
  type TimeStampAuthority,
} from '../src/index.ts';

/** A certification authority of the tests, made anew in each run: root, issuing CA, TSA and OCSP responder. */
export interface TestAuthority {
  root: Uint8Array;
  rootProvider: SignatureProvider;
  issuing: Uint8Array;
  issuingProvider: SignatureProvider;
  tsaProvider: SignatureProvider;
  ocspProvider: SignatureProvider;
  tsa: TimeStampAuthority;
  revocation: RevocationSource;
  /** Status by serial number; good when nothing is set. */
  statuses: Map<bigint, CertificateStatus>;
  /** Issues an end certificate for a fresh key. */
  enrol(request: Partial<CertificateRequest> & { commonName: string }, keys?: KeyPair): Promise<SignatureProvider>;
  /** Answers an OCSP request for any certificate of the root or the issuing CA. */
  answerOcsp(request: Uint8Array, issuer: Uint8Array): Promise<Uint8Array>;
  crl(issuer: Uint8Array): Promise<Uint8Array>;
}

export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export const p256 = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const p384 = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-384' });
export const rsa = (modulusLength = 2048): KeyPair => generateKeyPairSync('rsa', { modulusLength });

export const POLICY = '1.3.6.1.4.1.55555.1.1';

export interface AuthorityOptions {
  /** Time of all that the authority does. */
  now: Date;
  ocspUrl?: string;
  crlUrl?: string;
  keys?: () => KeyPair;
}

export async function createTestAuthority(options: AuthorityOptions): Promise<TestAuthority> {
  const { now } = options;
  const keys = options.keys ?? p256;
  const day = 86_400_000;
  const notBefore = new Date(now.getTime() - 30 * day);
  const notAfter = new Date(now.getTime() + 3000 * day);
  const urls = {
    ...(options.ocspUrl && { ocspUrl: options.ocspUrl }),
    ...(options.crlUrl && { crlUrl: options.crlUrl }),
  };
  const subject = (commonName: string) => [
    { type: 'C', value: 'NO' },
    { type: 'O', value: 'Nordbank' },
    { type: 'CN', value: commonName },
  ];

  const rootKeys = keys();
  const root = await issueRootCertificate({ subject: subject('Nordbank Root'), notBefore, notAfter }, rootKeys);
  const rootProvider = localSignatureProvider(rootKeys.privateKey, [root]);
  const issuingKeys = keys();
  const issuing = await issueCertificate(
    {
      profile: 'issuing_ca',
      subject: subject('Nordbank Issuing CA'),
      publicKey: issuingKeys.publicKey,
      notBefore,
      notAfter,
      ...urls,
    },
    rootProvider,
  );
  const issuingProvider = localSignatureProvider(issuingKeys.privateKey, [issuing, root]);

  const enrol: TestAuthority['enrol'] = async ({ commonName, ...request }, given) => {
    const pair = given ?? keys();
    const certificate = await issueCertificate(
      {
        profile: 'signer',
        subject: subject(commonName),
        publicKey: pair.publicKey,
        notBefore,
        notAfter: new Date(now.getTime() + 1000 * day),
        policies: [POLICY],
        ...urls,
        ...request,
      },
      issuingProvider,
    );
    return localSignatureProvider(pair.privateKey, [certificate, issuing, root]);
  };
  const tsaProvider = await enrol({ commonName: 'Nordbank TSA', profile: 'tsa' });
  const ocspProvider = await enrol({ commonName: 'Nordbank OCSP', profile: 'ocsp_responder' });

  const statuses = new Map<bigint, CertificateStatus>();
  const answerOcsp = (request: Uint8Array, issuer: Uint8Array) =>
    buildOcspResponse({
      request,
      responder: Buffer.compare(issuer, root) === 0 ? rootProvider : ocspProvider,
      issuer,
      status: (serialNumber) => statuses.get(serialNumber) ?? { status: 'good' },
      producedAt: now,
      nextUpdate: new Date(now.getTime() + 7 * day),
    });
  const crl = (issuer: Uint8Array) =>
    issueCrl({
      issuer: Buffer.compare(issuer, root) === 0 ? rootProvider : issuingProvider,
      crlNumber: 7n,
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + 7 * day),
      revoked: [...statuses].flatMap(([serialNumber, status]) =>
        status.status === 'revoked'
          ? [{ serialNumber, revokedAt: status.revokedAt, ...(status.reason && { reason: status.reason }) }]
          : [],
      ),
    });
  let serial = 0n;
  return {
    root,
    rootProvider,
    issuing,
    issuingProvider,
    tsaProvider,
    ocspProvider,
    statuses,
    enrol,
    answerOcsp,
    crl,
    tsa: {
      timeStamp: (request) =>
        buildTimeStampResponse({ request, signer: tsaProvider, policy: POLICY, serialNumber: ++serial, time: now }),
    },
    revocation: {
      ocsp: (certificate, issuer) => answerOcsp(buildOcspRequest(certificate, issuer), issuer),
      crl: (_certificate, issuer) => crl(issuer),
    },
  };
}

export const serialOf = (provider: SignatureProvider): bigint =>
  readCertificate(provider.certificateChain[0]!).serialNumber;
