import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  buildOcspError,
  buildOcspResponse,
  buildTimeStampResponse,
  type CertificateProfile,
  type DistinguishedName,
  issueCertificate,
  issueCrl,
  issueRootCertificate,
  localSignatureProvider,
  type RevocationReason,
  readCertificate,
  readOcspRequest,
  type SignatureProvider,
} from '@segl/ades';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { KeyStore } from '../kernel/keys/key-store.ts';
import { findCertificate, insertCertificate, listRevoked } from './store.ts';

const generateEcKey = () => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });

const YEAR_MS = 365 * 24 * 3_600_000;
const OCSP_LIFE_MS = 24 * 3_600_000;
const CRL_LIFE_MS = 7 * 24 * 3_600_000;
const MAX_OCSP_QUESTIONS = 16;
/** Clocks of verifiers may be a little behind. */
const BACKDATE_MS = 60_000;

/** Under `2.25`, where anyone may derive identifiers from UUIDs (ITU-T X.667); this arc is the trust service's own. */
const ARC = '2.25.322176834481897378506179699210567395420';
export const TIME_STAMP_POLICY = `${ARC}.1`;
export const ONE_SHOT_SIGNER_POLICY = `${ARC}.2`;
export const SEAL_POLICY = `${ARC}.3`;
/** Extension of one-shot certificates: for which act the certificate was made. */
export const SIGNING_ACT_EXTENSION = `${ARC}.4`;

export interface LeafRequest {
  profile: CertificateProfile;
  subject: DistinguishedName;
  publicKey: KeyObject;
  lifetimeMs: number;
  accountId?: string;
  policies?: readonly string[];
  extensions?: readonly { oid: string; critical: boolean; value: Uint8Array }[];
}

/** A certification authority with OCSP, CRL and an RFC 3161 time-stamp authority, all on keys of the key store. */
export interface EmbeddedAuthority {
  root: Uint8Array;
  issuing: Uint8Array;
  timeStampCertificate: Uint8Array;
  /** DER `TimeStampReq` → DER `TimeStampResp`. */
  timeStamp(request: Uint8Array): Promise<Uint8Array>;
  /** DER `OCSPRequest` → DER `OCSPResponse`, about certificates of the root or of the issuing CA. */
  ocsp(request: Uint8Array, issuer: 'root' | 'issuing'): Promise<Uint8Array>;
  crl(issuer: 'root' | 'issuing'): Promise<Uint8Array>;
  /** Issues under `issuer`, by default the embedded issuing CA, and returns the chain without root. */
  issue(request: LeafRequest): Promise<Uint8Array[]>;
}

export interface AuthorityDeps {
  database: Database;
  keys: KeyStore;
  /** Real time: certificates and time-stamps never follow a test clock. */
  clock: Clock;
  /** Base of the addresses written into certificates. */
  trustUrl: string;
}

/**
 * Opens the embedded trust service; its keys and certificates are made at the first start and kept encrypted. It is for
 * the test environment and for instances that need no public trust: its root is known to nobody else.
 */
export async function openEmbeddedAuthority(deps: AuthorityDeps): Promise<EmbeddedAuthority> {
  const { keys, clock, trustUrl } = deps;
  const addresses = (issuer: 'root' | 'issuing') => ({
    crlUrl: `${trustUrl}/crl/${issuer}.crl`,
    ocspUrl: `${trustUrl}/ocsp/${issuer}`,
    caIssuersUrl: `${trustUrl}/${issuer}.cer`,
  });
  const since = () => new Date(clock.now().getTime() - BACKDATE_MS);

  async function issueUnder(
    issuer: SignatureProvider,
    issuerName: 'root' | 'issuing',
    request: LeafRequest,
  ): Promise<Uint8Array> {
    const serial = uuidv7(clock.now());
    const notAfter = new Date(
      Math.min(since().getTime() + request.lifetimeMs, readCertificate(issuer.certificateChain[0]!).notAfter.getTime()),
    );
    const certificate = await issueCertificate(
      {
        profile: request.profile,
        subject: request.subject,
        publicKey: request.publicKey,
        serialNumber: serialNumber(serial),
        notBefore: since(),
        notAfter,
        ...addresses(issuerName),
        ...(request.policies ? { policies: request.policies } : {}),
        ...(request.extensions ? { extensions: request.extensions } : {}),
      },
      issuer,
    );
    await insertCertificate(deps.database, {
      serial,
      issuer: issuerName,
      profile: request.profile,
      accountId: request.accountId,
      issuedAt: clock.now(),
      notAfter,
    });
    return certificate;
  }

  const name = (commonName: string): DistinguishedName => [
    { type: 'O', value: 'Segl' },
    { type: 'OU', value: 'TEST - no legal value' },
    { type: 'CN', value: commonName },
  ];

  const root = await keys.getOrCreate('trust.root', async () => {
    const pair = await generateEcKey();
    const notBefore = since();
    const certificate = await issueRootCertificate(
      { subject: name('Segl test root CA'), notBefore, notAfter: new Date(notBefore.getTime() + 25 * YEAR_MS) },
      pair,
    );
    return { algorithm: 'ES256', privateKey: pair.privateKey, certificates: [Buffer.from(certificate)] };
  });
  const rootProvider = localSignatureProvider(root.privateKey, root.certificates);

  const made = (
    purpose: string,
    issuer: SignatureProvider,
    issuerName: 'root' | 'issuing',
    request: Omit<LeafRequest, 'publicKey'>,
  ) =>
    keys.getOrCreate(purpose, async () => {
      const pair = await generateEcKey();
      const certificate = await issueUnder(issuer, issuerName, { ...request, publicKey: pair.publicKey });
      return {
        algorithm: 'ES256',
        privateKey: pair.privateKey,
        certificates: [certificate, ...issuer.certificateChain].map((one) => Buffer.from(one)),
      };
    });

  const issuing = await made('trust.issuing', rootProvider, 'root', {
    profile: 'issuing_ca',
    subject: name('Segl test issuing CA'),
    lifetimeMs: 20 * YEAR_MS,
  });
  const issuingProvider = localSignatureProvider(issuing.privateKey, issuing.certificates);
  const [tsa, responder] = await Promise.all([
    made('trust.tsa', issuingProvider, 'issuing', {
      profile: 'tsa',
      subject: name('Segl test time-stamp authority'),
      lifetimeMs: 15 * YEAR_MS,
    }),
    made('trust.ocsp', issuingProvider, 'issuing', {
      profile: 'ocsp_responder',
      subject: name('Segl test OCSP responder'),
      lifetimeMs: 15 * YEAR_MS,
    }),
  ]);
  const tsaProvider = localSignatureProvider(tsa.privateKey, tsa.certificates);
  const responderProvider = localSignatureProvider(responder.privateKey, responder.certificates.slice(0, 1));
  const issuers = {
    root: { certificate: root.certificates[0]!, responder: rootProvider, provider: rootProvider },
    issuing: { certificate: issuing.certificates[0]!, responder: responderProvider, provider: issuingProvider },
  };

  return {
    root: root.certificates[0]!,
    issuing: issuing.certificates[0]!,
    timeStampCertificate: tsa.certificates[0]!,

    timeStamp: (request) =>
      buildTimeStampResponse({
        request,
        signer: tsaProvider,
        policy: TIME_STAMP_POLICY,
        serialNumber: serialNumber(uuidv7(clock.now())),
        time: clock.now(),
      }),

    async ocsp(request, issuer) {
      const now = clock.now();
      if (asksTooMuch(request)) return buildOcspError('malformed_request');
      return buildOcspResponse({
        request,
        issuer: issuers[issuer].certificate,
        responder: issuers[issuer].responder,
        producedAt: now,
        nextUpdate: new Date(now.getTime() + OCSP_LIFE_MS),
        status: async (serial) => {
          const uuid = serialUuid(serial);
          const found = uuid && (await findCertificate(deps.database, uuid));
          if (!found || found.issuer !== issuer) return { status: 'unknown' };
          if (!found.revokedAt) return { status: 'good' };
          return {
            status: 'revoked',
            revokedAt: found.revokedAt,
            ...(found.revocationReason ? { reason: found.revocationReason as RevocationReason } : {}),
          };
        },
      });
    },

    async crl(issuer) {
      const now = clock.now();
      const revoked = await listRevoked(deps.database, issuer);
      return issueCrl({
        issuer: issuers[issuer].provider,
        crlNumber: BigInt(Math.floor(now.getTime() / 1000)),
        thisUpdate: now,
        nextUpdate: new Date(now.getTime() + CRL_LIFE_MS),
        revoked: revoked.map((one) => ({
          serialNumber: serialNumber(one.serial),
          revokedAt: one.revokedAt,
          ...(one.reason ? { reason: one.reason as RevocationReason } : {}),
        })),
      });
    },

    async issue(request) {
      return [await issueUnder(issuingProvider, 'issuing', request), issuing.certificates[0]!];
    },
  };
}

/** Each certificate asked about costs a look into the database. What cannot be read at all is answered later. */
function asksTooMuch(request: Uint8Array): boolean {
  try {
    return readOcspRequest(request).certIds.length > MAX_OCSP_QUESTIONS;
  } catch {
    return false;
  }
}

function serialNumber(uuid: string): bigint {
  return BigInt(`0x${uuid.replaceAll('-', '')}`);
}

/** `undefined` for a number that no certificate of this authority has. */
function serialUuid(serial: bigint): string | undefined {
  if (serial < 0n || serial >> 128n !== 0n) return undefined;
  const hex = serial.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
