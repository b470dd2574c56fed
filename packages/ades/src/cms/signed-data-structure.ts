import { AdesError } from '../ades-error.ts';
import {
  type Asn1Node,
  asOctetString,
  asOid,
  asSmallInteger,
  children,
  readDer,
  SequenceReader,
  transcodeBer,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { context, integer, oid, setOf, TAG, tlvPieces } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';

/** The parts of a SignedData as DER values, so that some can be added and the others stay byte for byte. */
export interface SignedDataStructure {
  version: number;
  /** `AlgorithmIdentifier`s of digests. */
  digestAlgorithms: Uint8Array[];
  contentType: string;
  /** The encapsulated content; detached when there is none. */
  content: Uint8Array | undefined;
  /** `CertificateChoices` */
  certificates: Uint8Array[];
  /** `RevocationInfoChoice`: CRLs, and OCSP responses as RFC 5940 puts them. */
  revocationInfos: Uint8Array[];
  signerInfos: SignerInfoStructure[];
}

export interface SignerInfoStructure {
  /** version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm and signature, in their order. */
  core: Uint8Array[];
  /** `Attribute`s that are not signed. */
  unsigned: Uint8Array[];
}

function invalid(message: string): never {
  throw new AdesError('cms_invalid', message);
}

/**
 * Takes a ContentInfo with SignedData apart (RFC 5652 §3, §5). Byte fields are views on the input.
 * @param options.ber accept BER as other software writes it, and zero bytes after the value
 * @throws AdesError `cms_invalid` or `asn1_invalid`
 */
export function readSignedDataStructure(bytes: Uint8Array, options: { ber?: boolean } = {}): SignedDataStructure {
  const contentInfo = new SequenceReader(readDer(options.ber ? transcodeBer(bytes) : bytes));
  if (asOid(contentInfo.next()) !== OID.signedData) invalid('not a CMS SignedData');
  const signedData = new SequenceReader(unwrapExplicit(contentInfo.next(0xa0)));
  contentInfo.end();
  const version = asSmallInteger(signedData.next(TAG.integer));
  const digestAlgorithms = children(signedData.next(TAG.set)).map((node) => node.bytes);
  const encapsulated = new SequenceReader(signedData.next());
  const contentType = asOid(encapsulated.next());
  const contentNode = encapsulated.optional(0xa0);
  const members = (node: Asn1Node | undefined) => (node ? children(node).map((member) => member.bytes) : []);
  const certificates = members(signedData.optional(0xa0));
  const revocationInfos = members(signedData.optional(0xa1));
  const signerInfos = children(signedData.next(TAG.set)).map(readSignerInfoStructure);
  signedData.end();
  return {
    version,
    digestAlgorithms,
    contentType,
    content: contentNode && asOctetString(unwrapExplicit(contentNode)),
    certificates,
    revocationInfos,
    signerInfos,
  };
}

function readSignerInfoStructure(node: Asn1Node): SignerInfoStructure {
  const reader = new SequenceReader(node);
  const core = [reader.next(TAG.integer), reader.next(), reader.next(TAG.sequence)];
  const signed = reader.optional(0xa0);
  if (signed) core.push(signed);
  core.push(reader.next(TAG.sequence), reader.next(TAG.octetString));
  const unsigned = reader.optional(0xa1);
  reader.end();
  return {
    core: core.map((member) => member.bytes),
    unsigned: unsigned ? children(unsigned).map((attribute) => attribute.bytes) : [],
  };
}

/**
 * Puts a SignedData together.
 *
 * ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT SignedData }
 * SignedData ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, certificates [0] IMPLICIT SET OPTIONAL,
 *   crls [1] IMPLICIT SET OPTIONAL, signerInfos SET }     (RFC 5652 §5.1)
 * @returns the DER ContentInfo
 */
export function writeSignedDataStructure(structure: SignedDataStructure): Uint8Array {
  const { contentType, content, certificates, revocationInfos } = structure;
  const encapsulated = content
    ? tlvPieces(TAG.sequence, oid(contentType), ...tlvPieces(0xa0, ...tlvPieces(TAG.octetString, content)))
    : tlvPieces(TAG.sequence, oid(contentType));
  const signedData = tlvPieces(
    TAG.sequence,
    integer(Math.max(structure.version, requiredVersion(structure))),
    setOf(...structure.digestAlgorithms),
    ...encapsulated,
    ...(certificates.length > 0 ? [implicitSet(0, certificates)] : []),
    ...(revocationInfos.length > 0 ? [implicitSet(1, revocationInfos)] : []),
    setOf(...structure.signerInfos.map(writeSignerInfoStructure)),
  );
  const contentInfo = tlvPieces(TAG.sequence, oid(OID.signedData), ...tlvPieces(0xa0, ...signedData));
  const joined = Buffer.concat(contentInfo);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}

/** RFC 5652 §5.1: decided by certificate and revocation formats, the content type and the signer identifiers. */
function requiredVersion({ certificates, revocationInfos, contentType, signerInfos }: SignedDataStructure): number {
  if (certificates.some((item) => item[0] === 0xa3) || revocationInfos.some((item) => item[0] === 0xa1)) return 5;
  if (certificates.some((item) => item[0] === 0xa2)) return 4;
  const bySubjectKey = signerInfos.some(({ core }) => core[1]![0] !== TAG.sequence);
  return bySubjectKey || contentType !== OID.data ? 3 : 1;
}

/** A SET OF under an implicit context-specific tag. */
export function implicitSet(number: number, values: readonly Uint8Array[]): Uint8Array {
  const set = setOf(...values);
  set[0] = 0xa0 | number;
  return set;
}

function writeSignerInfoStructure({ core, unsigned }: SignerInfoStructure): Uint8Array {
  const pieces = tlvPieces(TAG.sequence, ...core, ...(unsigned.length > 0 ? [implicitSet(1, unsigned)] : []));
  return Buffer.concat(pieces);
}

/** `OtherRevocationInfoFormat` with a DER OCSPResponse, RFC 5940 §2.1. */
export const ocspRevocationInfo = (response: Uint8Array): Uint8Array =>
  context(1, oid(OID.ocspRevocationInfo), response);

/** Revocation data of a SignedData by kind; formats unknown here are left out. */
export function readRevocationInfos(infos: readonly Uint8Array[]): { ocspResponses: Uint8Array[]; crls: Uint8Array[] } {
  const ocspResponses: Uint8Array[] = [];
  const crls: Uint8Array[] = [];
  for (const info of infos) {
    const node = readDer(info);
    if (node.tag === TAG.sequence) crls.push(info);
    if (node.tag !== 0xa1) continue;
    const [format, value] = children(node);
    if (format && value && asOid(format) === OID.ocspRevocationInfo) ocspResponses.push(value.bytes);
  }
  return { ocspResponses, crls };
}
