import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, digestAlgorithmIdentifier, verifyWithKey } from '../asn1/algorithms.ts';
import { integer, octetString, oid, sequence, setOf } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import type { SignatureProvider } from '../ports.ts';
import { readCertificate } from '../x509/certificate-reader.ts';
import { implicitSet, type SignerInfoStructure, writeSignedDataStructure } from './signed-data-structure.ts';

/**
 * `Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }` (RFC 5652 §5.3)
 */
export const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), setOf(value));

/*
 * SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2 }
 * ESSCertIDv2 ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier DEFAULT {id-sha256}, certHash OCTET STRING, … }
 * RFC 5035 §4. The issuerSerial is optional and left out; the default hash must not be written in DER.
 */
function signingCertificateV2(certificate: Uint8Array, digest: 'sha256' | 'sha384' | 'sha512'): Uint8Array {
  const hash = octetString(createHash(digest).update(certificate).digest());
  return digest === 'sha256'
    ? sequence(sequence(sequence(hash)))
    : sequence(sequence(sequence(digestAlgorithmIdentifier(digest), hash)));
}

export interface SignerInfoInput {
  provider: SignatureProvider;
  /** Digest of the content under the provider's digest algorithm. */
  contentDigest: Uint8Array;
  contentType?: string;
  /** Signed attributes beside content-type, message-digest and the reference to the certificate. */
  signedAttributes?: readonly Uint8Array[];
  /** The attribute that names the signing certificate; signing-certificate-v2 by default. */
  certificateReference?: Uint8Array;
  /** Asks for unsigned attributes once the signature value exists (a signature time-stamp). */
  unsignedAttributes?: (signature: Uint8Array) => Promise<Uint8Array[]>;
}

export interface SignedDataInput extends SignerInfoInput {
  /** The content itself, when it is to be inside (a TSTInfo); detached otherwise. */
  encapsulated?: Uint8Array;
  /** Which certificates to include; the whole chain by default. A self-signed root is never included. */
  certificates?: readonly Uint8Array[];
}

/**
 * Builds a CMS SignedData with one SignerInfo whose signed attributes are content-type, message-digest and
 * signing-certificate-v2: what ETSI EN 319 142-1 §6.3 asks of PAdES-BASELINE-B. There is no signing-time attribute: it
 * is forbidden there, the time stands in the signature dictionary.
 * @throws AdesError `certificate_missing`, `signature_invalid`
 */
export async function buildSignedData(input: SignedDataInput): Promise<Uint8Array> {
  const { provider } = input;
  const signerInfo = await buildSignerInfo(input);
  return writeSignedDataStructure({
    version: 1,
    digestAlgorithms: [digestAlgorithmIdentifier(ALGORITHMS[provider.algorithm].digest)],
    contentType: input.contentType ?? OID.data,
    content: input.encapsulated,
    certificates: withoutRoots(input.certificates ?? provider.certificateChain),
    revocationInfos: [],
    signerInfos: [signerInfo],
  });
}

/**
 * Signs: one SignerInfo that names its certificate by issuer and serial number.
 *
 * SignerInfo ::= SEQUENCE { version, sid IssuerAndSerialNumber, digestAlgorithm, signedAttrs [0] IMPLICIT SET OF,
 *   signatureAlgorithm, signature OCTET STRING, unsignedAttrs [1] IMPLICIT SET OF OPTIONAL }     (RFC 5652 §5.3)
 * @throws AdesError `certificate_missing`; `signature_invalid` when the provider's answer does not verify
 */
export async function buildSignerInfo(input: SignerInfoInput): Promise<SignerInfoStructure> {
  const { provider } = input;
  const { digest, cms } = ALGORITHMS[provider.algorithm];
  const leaf = provider.certificateChain[0];
  if (!leaf) throw new AdesError('certificate_missing', 'the signature provider has no certificate');
  const certificate = readCertificate(leaf);
  const attributes = [
    attribute(OID.contentType, oid(input.contentType ?? OID.data)),
    attribute(OID.messageDigest, octetString(input.contentDigest)),
    input.certificateReference ?? attribute(OID.signingCertificateV2, signingCertificateV2(leaf, digest)),
    ...(input.signedAttributes ?? []),
  ];
  const signedBytes = setOf(...attributes);
  const signature = await provider.sign(signedBytes);
  // A broken key store or a key that does not belong to the certificate must show here and not at a verifier's.
  if (!verifyWithKey(provider.algorithm, certificate.publicKey, signedBytes, signature)) {
    throw new AdesError('signature_invalid', 'the signature does not verify with the key of its certificate');
  }
  return {
    core: [
      integer(1),
      sequence(certificate.issuerBytes, integer(certificate.serialNumber)),
      digestAlgorithmIdentifier(digest),
      implicitSet(0, attributes),
      cms,
      octetString(signature),
    ],
    unsigned: (await input.unsignedAttributes?.(signature)) ?? [],
  };
}

/** Roots are known to whoever trusts them; in a signature they are dead weight. */
export function withoutRoots(chain: readonly Uint8Array[]): Uint8Array[] {
  return chain.filter((bytes) => {
    const certificate = readCertificate(bytes);
    return !(certificate.selfIssued && certificate.basicConstraints?.ca);
  });
}
