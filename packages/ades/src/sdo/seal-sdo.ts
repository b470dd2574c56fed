import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, digestAlgorithmIdentifier } from '../asn1/algorithms.ts';
import { octetString, sequence, time } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { attribute, buildSignedData } from '../cms/signed-data-builder.ts';
import { type DetachedContent, digestContent, requireDigest } from '../content-digest.ts';
import type { SignatureProvider } from '../ports.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { readSdo, type Sdo, type SdoSignature, writeSdo, writeSdoDataPart } from './sdo-structure.ts';

/** Who signs or seals an SDO. */
export interface SdoSigner {
  provider: SignatureProvider;
  /** Claimed time; whole seconds are written. */
  signingTime: Date;
  /** DER OCSPResponse on the signing certificate, of the time of signing. */
  ocspResponse?: Uint8Array;
  /** DER CRL, where there is no OCSP response. */
  crl?: Uint8Array;
}

/**
 * Signs a document for an SDO: a detached CMS object over its bytes, or over the digests alone (SHA-256 and that of the
 * provider). All signers of an SDO sign the same bytes. Plain text is signed as ISO 8859-1; encoding it is the caller's.
 * @throws AdesError `certificate_missing`, `signature_invalid`, `content_digest_missing`
 */
export async function signForSdo(
  signer: SdoSigner,
  { mimeType, content }: { mimeType: string; content: DetachedContent },
): Promise<SdoSignature> {
  const { provider, signingTime, ocspResponse, crl } = signer;
  const { digest } = ALGORITHMS[provider.algorithm];
  const digests = await digestContent(content, ['sha256', digest]);
  const leaf = provider.certificateChain[0];
  if (!leaf) throw new AdesError('certificate_missing', 'the signature provider has no certificate');
  const cms = await buildSignedData({
    provider,
    contentDigest: requireDigest(digests, digest),
    certificateReference: attribute(OID.otherSigningCertificate, otherSigningCertificate(leaf)),
    signedAttributes: [attribute(OID.signingTime, time(signingTime))],
  });
  return {
    mimeType,
    digest: 'sha256',
    hashedData: requireDigest(digests, 'sha256'),
    cms,
    ocspResponses: ocspResponse ? [ocspResponse] : [],
    crls: crl ? [crl] : [],
  };
}

/*
 * OtherSigningCertificate ::= SEQUENCE { certs SEQUENCE OF OtherCertID }
 * OtherCertID ::= SEQUENCE { otherCertHash CHOICE { sha1Hash, otherHash SEQUENCE { hashAlgorithm, hashValue } } }
 * ETSI TS 101 733 §5.7.3.3
 */
const otherSigningCertificate = (certificate: Uint8Array): Uint8Array =>
  sequence(
    sequence(
      sequence(
        sequence(digestAlgorithmIdentifier('sha256'), octetString(createHash('sha256').update(certificate).digest())),
      ),
    ),
  );

export interface SdoSealing {
  seal: SdoSigner;
  /** Describes the document for readers of the container. */
  description: string;
  metadata?: readonly { name: string; value: string }[];
  /** What was signed. It may be left out, and is then handed over beside the container. */
  document?: Uint8Array;
}

/**
 * Puts signatures over one document into an SDO and seals it.
 * @throws AdesError `sdo_invalid` when the signatures are about different documents, or there is none; as `signForSdo`
 */
export async function sealSdo(request: SdoSealing & { signatures: readonly SdoSignature[] }): Promise<Uint8Array> {
  const { signatures, seal, description, metadata = [], document } = request;
  const [first] = signatures;
  if (!first) throw new AdesError('sdo_invalid', 'there is no signature');
  const isSame = ({ digest, hashedData, mimeType }: SdoSignature): boolean =>
    digest === first.digest && mimeType === first.mimeType && sameBytes(hashedData, first.hashedData);
  if (!signatures.every(isSame)) throw new AdesError('sdo_invalid', 'the signatures are about different documents');
  if (document && !sameBytes(createHash(first.digest).update(document).digest(), first.hashedData)) {
    throw new AdesError('sdo_invalid', 'the document is not what was signed');
  }
  const dataPart = writeSdoDataPart(signatures);
  const sealed = await signForSdo(seal, { mimeType: 'text/plain', content: Buffer.from(dataPart.markup, 'utf8') });
  return writeSdo(dataPart, sealed, {
    metadata: [{ name: 'MerchantDesc', value: description }, ...metadata],
    document,
  });
}

/**
 * Merges SDOs over one document into one with all their signatures, sealed anew. Signatures stay byte for byte; one that
 * comes twice is taken once.
 * @throws AdesError as `readSdo` and `sealSdo`
 */
export async function mergeSdos(
  request: Omit<SdoSealing, 'document'> & { sdos: readonly Uint8Array[] },
): Promise<Uint8Array> {
  const read = request.sdos.map((bytes): Sdo => readSdo(bytes));
  const signatures: SdoSignature[] = [];
  for (const signature of read.flatMap((sdo) => sdo.signatures)) {
    if (!signatures.some((known) => sameBytes(known.cms, signature.cms))) signatures.push(signature);
  }
  const document = read.find((sdo) => sdo.document)?.document;
  return sealSdo({ ...request, signatures, ...(document && { document }) });
}
