import { createHash, verify } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, digestAlgorithmIdentifier } from '../asn1/algorithms.ts';
import { context, integer, octetString, oid, sequence, setOf } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import type { SignatureProvider } from '../ports.ts';
import { readCertificate } from '../x509/certificate-reader.ts';

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

export interface SignedDataInput {
  provider: SignatureProvider;
  /** Digest of the content under the provider's digest algorithm. */
  contentDigest: Uint8Array;
  contentType?: string;
  /** The content itself, when it is to be inside (a TSTInfo); detached otherwise. */
  encapsulated?: Uint8Array;
  /** Which certificates to include; the whole chain by default. A self-signed root is never included. */
  certificates?: readonly Uint8Array[];
  /** Asks for unsigned attributes once the signature value exists (a signature time-stamp). */
  unsignedAttributes?: (signature: Uint8Array) => Promise<Uint8Array[]>;
}

/**
 * Builds a CMS SignedData with one SignerInfo whose signed attributes are content-type, message-digest and
 * signing-certificate-v2: what ETSI EN 319 142-1 §6.3 asks of PAdES-BASELINE-B. There is no signing-time attribute: it
 * is forbidden there, the time stands in the signature dictionary.
 *
 * ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT SignedData }
 * SignedData ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, certificates [0] IMPLICIT SET, signerInfos SET }
 * SignerInfo ::= SEQUENCE { version, sid IssuerAndSerialNumber, digestAlgorithm, signedAttrs [0] IMPLICIT SET OF,
 *   signatureAlgorithm, signature OCTET STRING, unsignedAttrs [1] IMPLICIT SET OF OPTIONAL }
 */
export async function buildSignedData(input: SignedDataInput): Promise<Uint8Array> {
  const { provider } = input;
  const { digest, cms } = ALGORITHMS[provider.algorithm];
  const leaf = provider.certificateChain[0];
  if (!leaf) throw new AdesError('certificate_missing', 'the signature provider has no certificate');
  const contentType = input.contentType ?? OID.data;
  const signedAttributes = setOf(
    attribute(OID.contentType, oid(contentType)),
    attribute(OID.messageDigest, octetString(input.contentDigest)),
    attribute(OID.signingCertificateV2, signingCertificateV2(leaf, digest)),
  );
  const signature = await provider.sign(signedAttributes);
  // A broken key store or a key that does not belong to the certificate must show here and not at a verifier's.
  if (!verify(digest, signedAttributes, readCertificate(leaf).publicKey, signature)) {
    throw new AdesError('signature_invalid', 'the signature does not verify with the key of its certificate');
  }
  const unsigned = (await input.unsignedAttributes?.(signature)) ?? [];
  return assembleSignedData({ ...input, contentType, leaf, signedAttributes, signature, unsigned, digest, cms });
}

function assembleSignedData(
  input: SignedDataInput & {
    contentType: string;
    leaf: Uint8Array;
    signedAttributes: Uint8Array;
    signature: Uint8Array;
    unsigned: Uint8Array[];
    digest: 'sha256' | 'sha384' | 'sha512';
    cms: Uint8Array;
  },
): Uint8Array {
  const certificate = readCertificate(input.leaf);
  const digestIdentifier = digestAlgorithmIdentifier(input.digest);
  const implicitAttributes = Uint8Array.from(input.signedAttributes);
  implicitAttributes[0] = 0xa0;
  const signerInfo = sequence(
    integer(1),
    sequence(certificate.issuerBytes, integer(certificate.serialNumber)),
    digestIdentifier,
    implicitAttributes,
    input.cms,
    octetString(input.signature),
    ...(input.unsigned.length > 0 ? [retagSet(1, setOf(...input.unsigned))] : []),
  );
  const included = withoutRoots(input.certificates ?? input.provider.certificateChain);
  const encapsulated = input.encapsulated
    ? sequence(oid(input.contentType), context(0, octetString(input.encapsulated)))
    : sequence(oid(input.contentType));
  const signedData = sequence(
    // RFC 5652 §5.1: 3 when the content is not id-data, 1 otherwise (version 1 SignerInfo, no attribute certificates).
    integer(input.contentType === OID.data ? 1 : 3),
    setOf(digestIdentifier),
    encapsulated,
    ...(included.length > 0 ? [retagSet(0, setOf(...included))] : []),
    setOf(signerInfo),
  );
  return sequence(oid(OID.signedData), context(0, signedData));
}

function retagSet(number: number, set: Uint8Array): Uint8Array {
  set[0] = 0xa0 | number;
  return set;
}

function withoutRoots(chain: readonly Uint8Array[]): Uint8Array[] {
  return chain.filter((bytes) => {
    const certificate = readCertificate(bytes);
    return !(certificate.selfIssued && certificate.basicConstraints?.ca);
  });
}
