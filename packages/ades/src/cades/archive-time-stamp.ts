import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import {
  type DigestAlgorithm,
  digestAlgorithmIdentifier,
  digestFromOid,
  type ReadDigestAlgorithm,
} from '../asn1/algorithms.ts';
import { type Asn1Node, asOctetString, asOid, childAt, children, SequenceReader } from '../asn1/der-reader.ts';
import { octetString, oid, sequence, TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { attribute } from '../cms/signed-data-builder.ts';
import { readAttribute, readSignedData } from '../cms/signed-data-reader.ts';
import {
  readSignedDataStructure,
  type SignedDataStructure,
  type SignerInfoStructure,
  writeSignedDataStructure,
} from '../cms/signed-data-structure.ts';
import { type ContentDigests, requireDigest } from '../content-digest.ts';
import type { Stamping } from '../timestamp/signature-time-stamp.ts';
import { requestTimeStamp, type TimeStampToken, verifyTimeStampToken } from '../timestamp/time-stamp-verification.ts';

/** The parts of a signature that an archive time-stamp names by hash. */
interface IndexedParts {
  certificates: Uint8Array[];
  revocationInfos: Uint8Array[];
  unsigned: Uint8Array[];
}

export interface VerifiedArchiveTimeStamp {
  token: TimeStampToken;
  /** What it protects; the signature may hold more that was added later. */
  covered: IndexedParts;
}

/**
 * Adds an archive-time-stamp-v3 over the signature and all that is with it so far (ETSI EN 319 122-1 §5.5.3), its
 * ats-hash-index-v3 inside the token as §5.5.2 asks.
 */
export async function addArchiveTimeStamp(
  structure: SignedDataStructure,
  signerInfo: SignerInfoStructure,
  contentDigests: ContentDigests,
  digest: DigestAlgorithm,
  stamping: Stamping,
): Promise<TimeStampToken> {
  const index = buildHashIndex(structure, signerInfo, digest);
  const imprint = archiveImprint(structure, signerInfo, requireDigest(contentDigests, digest), index, digest);
  const token = await requestTimeStamp(stamping.authority, digest, imprint, stamping.trustAnchors);
  const tokenStructure = readSignedDataStructure(token.bytes, { ber: true });
  tokenStructure.signerInfos[0]!.unsigned.push(attribute(OID.atsHashIndexV3, index));
  signerInfo.unsigned.push(attribute(OID.archiveTimeStampV3, writeSignedDataStructure(tokenStructure)));
  return token;
}

/*
 * ATSHashIndexV3 ::= SEQUENCE { hashIndAlgorithm AlgorithmIdentifier, certificatesHashIndex SEQUENCE OF OCTET STRING,
 *   crlsHashIndex SEQUENCE OF OCTET STRING, unsignedAttrValuesHashIndex SEQUENCE OF OCTET STRING }
 */
function buildHashIndex(
  { certificates, revocationInfos }: SignedDataStructure,
  { unsigned }: SignerInfoStructure,
  digest: DigestAlgorithm,
): Uint8Array {
  const hashes = (values: readonly (readonly Uint8Array[])[]) =>
    sequence(...values.map((parts) => octetString(hash(digest, ...parts))));
  return sequence(
    digestAlgorithmIdentifier(digest),
    hashes(certificates.map((certificate) => [certificate])),
    hashes(revocationInfos.map((info) => [info])),
    hashes(unsigned.flatMap(attributeValues)),
  );
}

/** Type and one value, for each value of an attribute: what the hash index takes its unsigned hashes over. */
function attributeValues(bytes: Uint8Array): Uint8Array[][] {
  const { type, values } = readAttribute(bytes);
  return values.map((value) => [oid(type), value.bytes]);
}

function hash(digest: ReadDigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  const state = createHash(digest);
  for (const part of parts) state.update(part);
  return state.digest();
}

/** Imprint by EN 319 122-1 §5.5.3: content type, hash of the content, the SignerInfo up to its signature, the index. */
function archiveImprint(
  { contentType }: SignedDataStructure,
  { core }: SignerInfoStructure,
  contentDigest: Uint8Array,
  index: Uint8Array,
  digest: ReadDigestAlgorithm,
): Uint8Array {
  return hash(digest, oid(contentType), contentDigest, ...core, index);
}

/** Values of the archive time-stamps of a signer, in the order of the file. */
export function listArchiveTimeStamps({ unsigned }: SignerInfoStructure): Asn1Node[] {
  return unsigned.map(readAttribute).flatMap(({ type, values }) => (type === OID.archiveTimeStampV3 ? values : []));
}

/** The digest under which an archive time-stamp needs the content. @throws AdesError `timestamp_invalid` */
export function archiveDigest(value: Asn1Node): ReadDigestAlgorithm {
  const digest = digestFromOid(asOid(childAt(childAt(findIndex(value), 0), 0)));
  return digest === 'sha1' ? invalid('SHA-1 is not accepted') : digest;
}

function findIndex(value: Asn1Node): Asn1Node {
  const index = readSignedData(value.bytes, { ber: true }).unsignedAttributes.get(OID.atsHashIndexV3);
  return index ?? invalid('an archive time-stamp has no hash index');
}

function invalid(message: string): never {
  throw new AdesError('timestamp_invalid', message);
}

/** An archive time-stamp taken apart: what its token must stamp, and what its index names of the signature. */
export interface ReadArchiveTimeStamp {
  imprint: (digest: ReadDigestAlgorithm) => Uint8Array;
  covered: IndexedParts;
}

/**
 * Reads an archive time-stamp and finds everything that its index names in the signature. The token is not verified.
 * @throws AdesError `timestamp_invalid` with the reason
 */
export function readArchiveTimeStamp(
  value: Asn1Node,
  structure: SignedDataStructure,
  signerInfo: SignerInfoStructure,
  contentDigests: ContentDigests,
): ReadArchiveTimeStamp {
  const index = findIndex(value);
  const digest = archiveDigest(value);
  const reader = new SequenceReader(index);
  reader.next(TAG.sequence);
  const hashes = () => new Set(children(reader.next(TAG.sequence)).map((node) => key(asOctetString(node))));
  const single = (bytes: Uint8Array) => [[bytes]];
  const covered: IndexedParts = {
    certificates: match(structure.certificates, single, hashes(), digest),
    revocationInfos: match(structure.revocationInfos, single, hashes(), digest),
    unsigned: match(signerInfo.unsigned, attributeValues, hashes(), digest),
  };
  reader.end();
  return {
    // The index must use the digest of the imprint, or a weaker one could hide behind a stronger.
    imprint: (imprintDigest) =>
      imprintDigest === digest
        ? archiveImprint(structure, signerInfo, requireDigest(contentDigests, digest), index.bytes, digest)
        : invalid('the hash index uses another digest than the time-stamp'),
    covered,
  };
}

/**
 * Verifies an archive time-stamp: token, imprint, and that everything its index names is in the signature.
 * @throws AdesError `timestamp_invalid` with the reason
 */
export function verifyArchiveTimeStamp(
  value: Asn1Node,
  structure: SignedDataStructure,
  signerInfo: SignerInfoStructure,
  contentDigests: ContentDigests,
  trustAnchors: readonly Uint8Array[],
): VerifiedArchiveTimeStamp {
  const { imprint, covered } = readArchiveTimeStamp(value, structure, signerInfo, contentDigests);
  return { token: verifyTimeStampToken(value.bytes, { imprint, trustAnchors }), covered };
}

const key = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Items of which every part is named by the index; a name without its part means that something was taken away. */
function match(
  items: readonly Uint8Array[],
  parts: (item: Uint8Array) => Uint8Array[][],
  hashes: ReadonlySet<string>,
  digest: ReadDigestAlgorithm,
): Uint8Array[] {
  const found = new Set<string>();
  const covered = items.filter((item) => {
    const own = parts(item).map((part) => key(hash(digest, ...part)));
    for (const name of own) found.add(name);
    return own.every((name) => hashes.has(name));
  });
  if ([...hashes].some((name) => !found.has(name))) invalid('something that was archived is missing');
  return covered;
}
