import { digestAlgorithmIdentifier, digestFromOid, type ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import {
  asBoolean,
  asInteger,
  asOctetString,
  asOid,
  asSmallInteger,
  childAt,
  readDer,
  SequenceReader,
} from '../asn1/der-reader.ts';
import { boolean, integer, octetString, oid, sequence, TAG } from '../asn1/der-writer.ts';

export interface TimeStampRequest {
  digest: ReadDigestAlgorithm;
  /** The hashed message, as long as the digest. */
  imprint: Uint8Array;
  policy?: string;
  nonce?: bigint;
  /** Whether the token shall carry the TSA's certificates. */
  certReq: boolean;
}

/**
 * TimeStampReq ::= SEQUENCE { version INTEGER {v1(1)}, messageImprint SEQUENCE { hashAlgorithm, hashedMessage },
 *   reqPolicy OBJECT IDENTIFIER OPTIONAL, nonce INTEGER OPTIONAL, certReq BOOLEAN DEFAULT FALSE, extensions [0] }
 * (RFC 3161 §2.4.1)
 */
export function buildTimeStampRequest(request: TimeStampRequest): Uint8Array {
  return sequence(
    integer(1),
    sequence(digestAlgorithmIdentifier(request.digest), octetString(request.imprint)),
    ...(request.policy ? [oid(request.policy)] : []),
    ...(request.nonce === undefined ? [] : [integer(request.nonce)]),
    ...(request.certReq ? [boolean(true)] : []),
  );
}

/** Reads a TimeStampReq. @throws AdesError `asn1_invalid`, `algorithm_unsupported` */
export function readTimeStampRequest(bytes: Uint8Array): TimeStampRequest & { version: number; extensions: boolean } {
  const reader = new SequenceReader(readDer(bytes));
  const version = asSmallInteger(reader.next(TAG.integer));
  const imprintReader = new SequenceReader(reader.next(TAG.sequence));
  const digest = digestFromOid(asOid(childAt(imprintReader.next(TAG.sequence), 0)));
  const imprint = asOctetString(imprintReader.next());
  const policy = reader.optional(TAG.oid);
  const nonce = reader.optional(TAG.integer);
  const certReq = reader.optional(TAG.boolean);
  const extensions = reader.optional(0xa0) !== undefined;
  reader.end();
  return {
    version,
    digest,
    imprint,
    ...(policy && { policy: asOid(policy) }),
    ...(nonce && { nonce: asInteger(nonce) }),
    certReq: certReq ? asBoolean(certReq) : false,
    extensions,
  };
}
