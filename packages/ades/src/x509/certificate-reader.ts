import { createHash, type KeyObject } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { publicKeyFromSpki, verifySignature } from '../asn1/algorithms.ts';
import {
  type Asn1Node,
  asBitString,
  asBoolean,
  asInteger,
  asNamedBits,
  asOctetString,
  asOid,
  asSmallInteger,
  asTime,
  children,
  readDer,
  SequenceReader,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { decodeName } from './distinguished-name.ts';

export interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** A parsed certificate. Byte fields are views on `bytes`. */
export interface Certificate {
  readonly bytes: Uint8Array;
  readonly tbs: Uint8Array;
  readonly serialNumber: bigint;
  readonly issuer: readonly { type: string; value: string }[];
  readonly issuerBytes: Uint8Array;
  readonly subject: readonly { type: string; value: string }[];
  readonly subjectBytes: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly publicKey: KeyObject;
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly basicConstraints: { ca: boolean; pathLength?: number } | undefined;
  readonly keyUsage: ReadonlySet<number> | undefined;
  readonly extendedKeyUsage: ReadonlySet<string> | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly ocspUrls: readonly string[];
  readonly crlUrls: readonly string[];
  readonly selfIssued: boolean;
}

/** Bits of KeyUsage, RFC 5280 §4.2.1.3. */
export const KEY_USAGE = {
  digitalSignature: 0,
  contentCommitment: 1,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

/**
 * Certificates of authorities come again with every signature, as other copies of the same bytes: parsed ones are kept
 * by content, the latest used, with the outcome of their signature checks.
 */
const CACHE_SIZE = 512;
const byContent = new Map<string, Certificate>();
const byIdentity = new WeakMap<Uint8Array, Certificate>();
const signatureChecks = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

/** Parses a DER certificate (RFC 5280 §4.1). @throws AdesError `certificate_invalid` or `asn1_invalid` */
export function readCertificate(bytes: Uint8Array): Certificate {
  const same = byIdentity.get(bytes);
  if (same) return same;
  const key = createHash('sha256').update(bytes).digest('base64');
  let certificate = byContent.get(key);
  if (certificate) byContent.delete(key);
  // A copy, as the bytes may be a view on a whole document.
  else certificate = parseCertificate(Uint8Array.from(bytes));
  byContent.set(key, certificate);
  if (byContent.size > CACHE_SIZE) byContent.delete(byContent.keys().next().value!);
  byIdentity.set(bytes, certificate);
  byIdentity.set(certificate.bytes, certificate);
  return certificate;
}

function parseCertificate(bytes: Uint8Array): Certificate {
  const outer = new SequenceReader(readDer(bytes));
  const tbsNode = outer.next(TAG.sequence);
  const tbs = new SequenceReader(tbsNode);
  tbs.optional(0xa0);
  const serialNumber = asInteger(tbs.next());
  tbs.next(TAG.sequence);
  const issuer = tbs.next(TAG.sequence);
  const validity = new SequenceReader(tbs.next());
  const notBefore = asTime(validity.next());
  const notAfter = asTime(validity.next());
  const subject = tbs.next(TAG.sequence);
  const spki = tbs.next(TAG.sequence);
  const extensions = new Map<string, Extension>();
  while (!tbs.done) {
    const member = tbs.next();
    if (member.tag !== 0xa3) continue;
    for (const node of children(unwrapExplicit(member))) {
      const extension = new SequenceReader(node);
      const type = asOid(extension.next());
      const criticalNode = extension.optional(TAG.boolean);
      const value = asOctetString(extension.next());
      if (extensions.has(type)) throw new AdesError('certificate_invalid', 'a certificate extension appears twice');
      extensions.set(type, { critical: criticalNode ? asBoolean(criticalNode) : false, value });
    }
  }
  const extension = (type: string): Asn1Node | undefined => {
    const found = extensions.get(type);
    return found && readDer(found.value);
  };
  const keyUsage = extension(OID.keyUsage);
  const extendedKeyUsage = extension(OID.extendedKeyUsage);
  const subjectKeyIdentifier = extension(OID.subjectKeyIdentifier);
  let publicKey: KeyObject | undefined;
  return {
    bytes,
    tbs: tbsNode.bytes,
    serialNumber,
    issuer: decodeName(issuer),
    issuerBytes: issuer.bytes,
    subject: decodeName(subject),
    subjectBytes: subject.bytes,
    notBefore,
    notAfter,
    spki: spki.bytes,
    get publicKey() {
      publicKey ??= publicKeyFromSpki(spki.bytes);
      return publicKey;
    },
    extensions,
    basicConstraints: readBasicConstraints(extension(OID.basicConstraints)),
    keyUsage: keyUsage && asNamedBits(keyUsage),
    extendedKeyUsage: extendedKeyUsage && new Set(children(extendedKeyUsage).map(asOid)),
    subjectKeyIdentifier: subjectKeyIdentifier && asOctetString(subjectKeyIdentifier),
    ocspUrls: readOcspUrls(extension(OID.authorityInfoAccess)),
    crlUrls: readCrlUrls(extension(OID.crlDistributionPoints)),
    selfIssued: Buffer.compare(issuer.bytes, subject.bytes) === 0,
  };
}

/** `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }` */
function readBasicConstraints(node: Asn1Node | undefined): Certificate['basicConstraints'] {
  if (!node) return undefined;
  const reader = new SequenceReader(node);
  const ca = reader.optional(TAG.boolean);
  const pathLength = reader.optional(TAG.integer);
  return { ca: ca ? asBoolean(ca) : false, ...(pathLength && { pathLength: asSmallInteger(pathLength) }) };
}

function readOcspUrls(node: Asn1Node | undefined): string[] {
  if (!node) return [];
  return children(node).flatMap((description) => {
    const [method, location] = children(description);
    if (!method || location?.tag !== 0x86 || asOid(method) !== OID.accessOcsp) return [];
    return [Buffer.from(location.contents).toString('latin1')];
  });
}

function readCrlUrls(node: Asn1Node | undefined): string[] {
  if (!node) return [];
  const urls: string[] = [];
  for (const point of children(node)) {
    for (const name of children(point).filter((member) => member.tag === 0xa0)) {
      for (const full of children(name).filter((member) => member.tag === 0xa0)) {
        for (const uri of children(full).filter((member) => member.tag === 0x86)) {
          urls.push(Buffer.from(uri.contents).toString('latin1'));
        }
      }
    }
  }
  return urls;
}

/** Whether `issuer`'s key made the signature on `certificate`. Names, dates and constraints are not looked at. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const checks = signatureChecks.get(certificate) ?? new WeakMap<Certificate, boolean>();
  signatureChecks.set(certificate, checks);
  let right = checks.get(issuer);
  if (right === undefined) {
    right = checkSignature(certificate, issuer);
    checks.set(issuer, right);
  }
  return right;
}

function checkSignature(certificate: Certificate, issuer: Certificate): boolean {
  const outer = new SequenceReader(readDer(certificate.bytes));
  const tbs = outer.next(TAG.sequence);
  const algorithm = outer.next(TAG.sequence);
  const signature = asBitString(outer.next());
  return verifySignature({ algorithm, publicKey: issuer.publicKey, data: tbs.bytes, signature });
}

/** SHA-1 of the key's BIT STRING: key identifier method 1 of RFC 5280 §4.2.1.2 and the OCSP `issuerKeyHash`. */
export function keyIdentifier(spki: Uint8Array, digest: 'sha1' | 'sha256' | 'sha384' | 'sha512' = 'sha1'): Uint8Array {
  const [, key] = children(readDer(spki));
  if (!key) throw new AdesError('certificate_invalid', 'the public key cannot be read');
  return createHash(digest).update(asBitString(key)).digest();
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
