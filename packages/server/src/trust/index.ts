import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  buildOcspRequest,
  derOctetString,
  derSequence,
  derUtf8String,
  gatherValidationData,
  localSignatureProvider,
  type RevocationSource,
  type SignatureProvider,
  type TimeStampAuthority,
} from '@segl/ades';
import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { postToConfiguredService } from '../kernel/outbound-http/configured-service.ts';
import { issueUnderConfiguredCa, loadConfiguredKey, readCertificates } from './configured-key.ts';
import { configuredRevocation } from './configured-revocation.ts';
import {
  type AuthorityDeps,
  ONE_SHOT_SIGNER_POLICY,
  openEmbeddedAuthority,
  SEAL_POLICY,
  SIGNING_ACT_EXTENSION,
} from './embedded-authority.ts';
import { registerTrust } from './routes.ts';
import { raiseSeal, type SealedXml, sealXml, serviceUnavailable } from './seal-xml.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
const SERVICE_TIMEOUT_MS = 10_000;
/** Seals of accounts that are kept at hand. */
const MAX_SEALS = 1000;
/** For how long an answer of the revocation services of configured keys shows that they are there. */
const PROVEN_FOR_MS = 15_000;

/** One person's one act of signing, as it is written into the one-shot certificate. */
export interface SigningAct {
  accountId: string;
  accountName: string;
  fullName: string;
  firstName: string | undefined;
  lastName: string | undefined;
  /** Stable id of the person at the eID; not a national number. */
  uniqueId: string;
  /** `unknown` where the name is only what the signer wrote. */
  method: string;
  documentSha256: string;
  nativeSha256: string;
}

export interface Trust {
  /** DER certificates of the roots that the files made here lead to. */
  anchors: readonly Uint8Array[];
  /** The key with which an account certifies a packaged file. */
  sealProvider(account: { id: string; name: string }): Promise<SignatureProvider>;
  /**
   * A key and certificate made for this act alone. The key exists only in the returned provider: when that is let go,
   * nobody can sign with it again.
   */
  oneShotSigner(act: SigningAct): Promise<SignatureProvider>;
  /** Seals an XML document with the account's key. Throws 503 `timestamp_unavailable` where the instance refuses. */
  sealXml(account: { id: string; name: string }, xml: Uint8Array): Promise<SealedXml>;
  /** Raises a seal of B-B to B-LT; throws 503 `timestamp_unavailable`. */
  raiseSeal(sealed: Uint8Array): Promise<Uint8Array>;
  timeStamps: TimeStampAuthority;
  revocation: RevocationSource;
  /**
   * Throws 503 `timestamp_unavailable` when time-stamps, or revocation data on the configured keys, cannot be had and the
   * instance refuses signatures then.
   */
  requireTimeStamps(): Promise<void>;
  register(app: FastifyInstance): Promise<void>;
}

export interface TrustOptions extends AuthorityDeps {
  timeStampUrl: string | undefined;
  timeStampCertificateFile: string | undefined;
  timeStampPolicy: 'queue' | 'refuse';
  sealKeyFile: string | undefined;
  sealCertificateFile: string | undefined;
  signerCaKeyFile: string | undefined;
  signerCaCertificateFile: string | undefined;
}

/** The keys and services behind signed files: embedded ones, each replaceable by configuration. */
export async function createTrust(options: TrustOptions): Promise<Trust> {
  const authority = await openEmbeddedAuthority(options);
  const now = options.clock.now();
  const { sealKeyFile, sealCertificateFile, signerCaKeyFile, signerCaCertificateFile } = options;
  const seal = await loadConfiguredKey(sealKeyFile, sealCertificateFile, 'signature', now);
  const signerCa = await loadConfiguredKey(signerCaKeyFile, signerCaCertificateFile, 'certificate_authority', now);
  const timeStampRoots = options.timeStampCertificateFile
    ? await readCertificates(options.timeStampCertificateFile)
    : [];
  const seals = new LRUCache<string, Promise<SignatureProvider>>({ max: MAX_SEALS });

  const timeStamps: TimeStampAuthority = options.timeStampUrl
    ? {
        timeStamp: (request) =>
          postToConfiguredService(options.timeStampUrl!, {
            contentType: 'application/timestamp-query',
            body: request,
            timeoutMs: SERVICE_TIMEOUT_MS,
          }),
      }
    : authority;

  function accountSeal(account: { id: string; name: string }): Promise<SignatureProvider> {
    let provider = seals.get(account.id);
    if (!provider) {
      provider = makeAccountSeal(options, authority, account);
      seals.set(account.id, provider);
      provider.catch(() => seals.delete(account.id));
    }
    return provider;
  }

  const anchors = [
    authority.root,
    ...timeStampRoots,
    ...[seal, signerCa].flatMap((key) => (key ? [key.certificateChain.at(-1)!] : [])),
  ];
  const sealProvider: Trust['sealProvider'] = async (account) => seal ?? accountSeal(account);
  const revocation: RevocationSource = {
    async ocsp(certificate, issuer) {
      const request = buildOcspRequest(certificate, issuer);
      if (same(issuer, authority.issuing)) return authority.ocsp(request, 'issuing');
      if (same(issuer, authority.root)) return authority.ocsp(request, 'root');
      return configuredRevocation.ocsp(certificate, issuer);
    },
    async crl(certificate, issuer) {
      if (same(issuer, authority.issuing)) return authority.crl('issuing');
      if (same(issuer, authority.root)) return authority.crl('root');
      return configuredRevocation.crl(certificate, issuer);
    },
  };

  let provenAt = Number.NEGATIVE_INFINITY;
  /** Asks the revocation services of the configured keys, every few seconds at most. */
  async function proveConfiguredKeys(): Promise<void> {
    const at = options.clock.now();
    if (at.getTime() - provenAt < PROVEN_FOR_MS) return;
    const paths = [seal, signerCa].flatMap((key) => (key ? [[...key.certificateChain]] : []));
    await gatherValidationData(paths, revocation, at);
    provenAt = at.getTime();
  }

  const services = { timeStamps, revocation, trustAnchors: anchors };
  return {
    anchors,
    sealProvider,
    sealXml: async (account, xml) =>
      sealXml(services, await sealProvider(account), xml, options.clock.now(), options.timeStampPolicy),
    raiseSeal: (sealed) => raiseSeal(services, sealed),
    oneShotSigner: async (act) => {
      const pair = await generateEcKey();
      const chain = await issueForAct(options, authority, signerCa, act, pair.publicKey);
      return localSignatureProvider(pair.privateKey, chain);
    },
    timeStamps,
    revocation,
    async requireTimeStamps() {
      if (options.timeStampPolicy === 'queue') return;
      try {
        // Any answer will do: an empty request is rejected by a living service.
        if (options.timeStampUrl) {
          await postToConfiguredService(options.timeStampUrl, {
            contentType: 'application/timestamp-query',
            body: new Uint8Array([0x30, 0x00]),
            timeoutMs: 3_000,
          });
        }
        await proveConfiguredKeys();
      } catch (cause) {
        throw serviceUnavailable(cause);
      }
    },
    register: (app) => registerTrust(app, authority),
  };
}

type Authority = Awaited<ReturnType<typeof openEmbeddedAuthority>>;

const generateEcKey = () => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });

/** The account's own seal certificate under the embedded CA, made when it is first needed. */
async function makeAccountSeal(
  options: TrustOptions,
  authority: Authority,
  account: { id: string; name: string },
): Promise<SignatureProvider> {
  const key = await options.keys.getOrCreate(`trust.seal.${account.id}`, async () => {
    const pair = await generateEcKey();
    const chain = await authority.issue({
      profile: 'seal',
      subject: [
        { type: 'O', value: limited(account.name) },
        { type: 'OU', value: 'TEST - no legal value' },
        { type: 'CN', value: limited(`${account.name} seal`) },
      ],
      publicKey: pair.publicKey,
      lifetimeMs: 10 * YEAR_MS,
      accountId: account.id,
      policies: [SEAL_POLICY],
    });
    return { algorithm: 'ES256', privateKey: pair.privateKey, certificates: chain.map((one) => Buffer.from(one)) };
  });
  return localSignatureProvider(key.privateKey, key.certificates);
}

async function issueForAct(
  options: TrustOptions,
  authority: Authority,
  signerCa: SignatureProvider | undefined,
  act: SigningAct,
  publicKey: KeyObject,
): Promise<Uint8Array[]> {
  const request = {
    profile: 'signer' as const,
    subject: [
      { type: 'O', value: limited(act.accountName) },
      { type: 'OU', value: limited(actUnit(act)) },
      ...(act.lastName ? [{ type: 'SN', value: limited(act.lastName) }] : []),
      ...(act.firstName ? [{ type: 'GN', value: limited(act.firstName) }] : []),
      { type: 'serialNumber', value: printable(act.uniqueId) },
      { type: 'CN', value: limited(act.fullName) },
    ],
    publicKey,
    lifetimeMs: 5 * YEAR_MS,
    accountId: act.accountId,
    policies: [ONE_SHOT_SIGNER_POLICY],
    extensions: [{ oid: SIGNING_ACT_EXTENSION, critical: false, value: signingActExtension(act) }],
  };
  if (!signerCa) return authority.issue(request);
  return issueUnderConfiguredCa(signerCa, request, options.clock.now());
}

/** Whoever reads the certificate alone must see how the name in it is known. */
function actUnit({ method }: SigningAct): string {
  return method === 'unknown'
    ? 'Handwritten signature: name as typed, not verified'
    : `One-shot certificate for a signature by ${method}`;
}

/*
 * SigningAct ::= SEQUENCE { eid UTF8String, documentSha256 OCTET STRING, evidenceSha256 OCTET STRING }
 */
function signingActExtension(act: SigningAct): Uint8Array {
  return derSequence(
    derUtf8String(act.method),
    derOctetString(Buffer.from(act.documentSha256, 'hex')),
    derOctetString(Buffer.from(act.nativeSha256, 'hex')),
  );
}

/** X.520 upper bound of names. */
function limited(text: string): string {
  return [...text].slice(0, 64).join('') || '-';
}

function printable(text: string): string {
  return text.replace(/[^A-Za-z0-9 '()+,./:=?-]/g, '-').slice(0, 64) || '-';
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
