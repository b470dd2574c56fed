import { type KeyObject, randomBytes } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import {
  bitString,
  boolean,
  context,
  contextPrimitive,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  time,
  tlv,
} from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { localSignatureProvider } from '../keys/local-signature-provider.ts';
import type { SignatureProvider } from '../ports.ts';
import { KEY_USAGE, keyIdentifier, readCertificate } from './certificate-reader.ts';
import { type DistinguishedName, encodeName } from './distinguished-name.ts';

/**
 * What a certificate is for; decides basic constraints, key usage and extended key usage.
 * - `root`, `issuing_ca` (path length 0): keyCertSign, cRLSign
 * - `signer` (a natural person's approval): contentCommitment only, ETSI EN 319 412-2 §4.3.2 type A
 * - `seal` (a legal person): contentCommitment and digitalSignature
 * - `tsa`: timeStamping as the only, critical extended usage, RFC 3161 §2.3
 * - `ocsp_responder`: OCSPSigning and ocsp-nocheck, RFC 6960 §4.2.2.2
 */
export type CertificateProfile = 'root' | 'issuing_ca' | 'signer' | 'seal' | 'tsa' | 'ocsp_responder';

export interface CertificateRequest {
  profile: CertificateProfile;
  subject: DistinguishedName;
  /** The key that the certificate is about. */
  publicKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  /** Positive, at most 20 bytes; 127 random bits when left out. */
  serialNumber?: bigint;
  crlUrl?: string;
  ocspUrl?: string;
  caIssuersUrl?: string;
  /** Policy identifiers for `certificatePolicies`. */
  policies?: readonly string[];
  /** Replaces the profile's extended key usages of `signer` and `seal`, which have none by default. */
  extendedKeyUsage?: readonly string[];
  /** Further extensions; `value` is the DER inside the OCTET STRING. */
  extensions?: readonly { oid: string; critical: boolean; value: Uint8Array }[];
}

const PROFILES: Record<CertificateProfile, { keyUsage: number[]; pathLength?: number; ca: boolean }> = {
  root: { ca: true, keyUsage: [KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign] },
  issuing_ca: { ca: true, pathLength: 0, keyUsage: [KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign] },
  signer: { ca: false, keyUsage: [KEY_USAGE.contentCommitment] },
  seal: { ca: false, keyUsage: [KEY_USAGE.digitalSignature, KEY_USAGE.contentCommitment] },
  tsa: { ca: false, keyUsage: [KEY_USAGE.digitalSignature] },
  ocsp_responder: { ca: false, keyUsage: [KEY_USAGE.digitalSignature] },
};

/** A random positive serial number of 127 bits (RFC 5280 §4.1.2.2 allows at most 20 bytes). */
export function randomSerialNumber(): bigint {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return BigInt(`0x${bytes.toString('hex')}`);
}

/**
 * Issues a certificate signed by `issuer`, whose first certificate names the issuer.
 * @returns the DER certificate
 * @throws AdesError `certificate_invalid` when the request contradicts itself or the issuer
 */
export async function issueCertificate(request: CertificateRequest, issuer: SignatureProvider): Promise<Uint8Array> {
  const issuerBytes = issuer.certificateChain[0];
  if (!issuerBytes) throw new AdesError('certificate_invalid', 'the issuer has no certificate');
  const issuerCertificate = readCertificate(issuerBytes);
  if (!issuerCertificate.basicConstraints?.ca) {
    throw new AdesError('certificate_invalid', 'the issuer is not a certification authority');
  }
  // Certificates hold whole seconds.
  if (Math.floor(request.notAfter.getTime() / 1000) * 1000 > issuerCertificate.notAfter.getTime()) {
    throw new AdesError('certificate_invalid', 'a certificate must not outlive its issuer');
  }
  return signCertificate(request, issuer, {
    name: issuerCertificate.subjectBytes,
    keyIdentifier: issuerCertificate.subjectKeyIdentifier ?? keyIdentifier(issuerCertificate.spki),
  });
}

/** Issues a self-signed root (trust anchor) for the key. @returns the DER certificate */
export async function issueRootCertificate(
  request: Omit<CertificateRequest, 'profile' | 'publicKey'>,
  keys: { privateKey: KeyObject; publicKey: KeyObject },
): Promise<Uint8Array> {
  const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
  const full: CertificateRequest = { ...request, profile: 'root', publicKey: keys.publicKey };
  return signCertificate(full, localSignatureProvider(keys.privateKey, []), {
    name: encodeName(request.subject),
    keyIdentifier: keyIdentifier(spki),
  });
}

/*
 * Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
 * TBSCertificate ::= SEQUENCE { version [0] EXPLICIT, serialNumber, signature, issuer, validity, subject,
 *   subjectPublicKeyInfo, extensions [3] EXPLICIT }
 */
async function signCertificate(
  request: CertificateRequest,
  signer: SignatureProvider,
  issuer: { name: Uint8Array; keyIdentifier: Uint8Array },
): Promise<Uint8Array> {
  if (request.notAfter <= request.notBefore)
    throw new AdesError('certificate_invalid', 'validity ends before it begins');
  const spki = request.publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = ALGORITHMS[signer.algorithm].x509;
  const tbs = sequence(
    context(0, integer(2)),
    integer(request.serialNumber ?? randomSerialNumber()),
    algorithm,
    issuer.name,
    sequence(time(request.notBefore), time(request.notAfter)),
    encodeName(request.subject),
    spki,
    context(3, sequence(...buildExtensions(request, spki, issuer.keyIdentifier))),
  );
  return sequence(tbs, algorithm, bitString(await signer.sign(tbs)));
}

/** `Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }` */
export function extension(type: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical ? sequence(oid(type), boolean(true), octetString(value)) : sequence(oid(type), octetString(value));
}

function buildExtensions(request: CertificateRequest, spki: Uint8Array, issuerKeyIdentifier: Uint8Array): Uint8Array[] {
  const profile = PROFILES[request.profile];
  const out: Uint8Array[] = [];
  if (request.profile !== 'root') {
    out.push(extension(OID.authorityKeyIdentifier, false, sequence(contextPrimitive(0, issuerKeyIdentifier))));
  }
  out.push(extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier(spki))));
  const constraints: Uint8Array[] = [];
  if (profile.ca) constraints.push(boolean(true));
  if (profile.pathLength !== undefined) constraints.push(integer(profile.pathLength));
  out.push(extension(OID.basicConstraints, true, sequence(...constraints)));
  out.push(extension(OID.keyUsage, true, namedBits(profile.keyUsage)));
  if (request.profile === 'tsa') {
    out.push(extension(OID.extendedKeyUsage, true, sequence(oid(OID.timeStamping))));
  } else if (request.profile === 'ocsp_responder') {
    out.push(extension(OID.extendedKeyUsage, false, sequence(oid(OID.ocspSigning))));
    out.push(extension(OID.ocspNocheck, false, nullValue()));
  } else if (request.extendedKeyUsage?.length) {
    out.push(extension(OID.extendedKeyUsage, false, sequence(...request.extendedKeyUsage.map(oid))));
  }
  if (request.policies?.length) {
    out.push(extension(OID.certificatePolicies, false, sequence(...request.policies.map((id) => sequence(oid(id))))));
  }
  if (request.crlUrl) {
    // DistributionPoint ::= SEQUENCE { distributionPoint [0] { fullName [0] GeneralNames } }, uniformResourceIdentifier [6]
    const uri = contextPrimitive(6, Buffer.from(request.crlUrl, 'latin1'));
    out.push(extension(OID.crlDistributionPoints, false, sequence(sequence(context(0, context(0, uri))))));
  }
  const access: Uint8Array[] = [];
  if (request.ocspUrl) access.push(sequence(oid(OID.accessOcsp), tlv(0x86, Buffer.from(request.ocspUrl, 'latin1'))));
  if (request.caIssuersUrl) {
    access.push(sequence(oid(OID.accessCaIssuers), tlv(0x86, Buffer.from(request.caIssuersUrl, 'latin1'))));
  }
  if (access.length > 0) out.push(extension(OID.authorityInfoAccess, false, sequence(...access)));
  for (const extra of request.extensions ?? []) out.push(extension(extra.oid, extra.critical, extra.value));
  return out;
}
