import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, digestAlgorithmIdentifier } from '../asn1/algorithms.ts';
import { generalizedTime, integer, namedBits, octetString, oid, sequence, utf8String } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { buildSignedData } from '../cms/signed-data-builder.ts';
import type { SignatureProvider } from '../ports.ts';
import { readTimeStampRequest } from './time-stamp-request.ts';

const DIGEST_BYTES = { sha256: 32, sha384: 48, sha512: 64 } as const;

/** `PKIFailureInfo` bits, RFC 3161 §2.4.2. */
const FAILURE = { badAlg: 0, badRequest: 2, badDataFormat: 5, unacceptedPolicy: 15, unacceptedExtension: 16 } as const;

export interface TimeStampResponderInput {
  /** DER TimeStampReq. */
  request: Uint8Array;
  /** TSA key with its chain; the certificate must carry timeStamping. */
  signer: SignatureProvider;
  /** Policy under which the token is issued. */
  policy: string;
  /** Unique for every token of this TSA. */
  serialNumber: bigint;
  /** Time to be stamped; whole seconds are written. */
  time: Date;
  /** Claimed accuracy in seconds; 1 by default. */
  accuracySeconds?: number;
}

/**
 * Answers a time-stamp request: a granted response with a token, or a rejection with a failure code when the request
 * cannot be read, asks for another policy, carries extensions, or uses a digest that is not SHA-2.
 *
 * TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
 * TSTInfo ::= SEQUENCE { version, policy, messageImprint, serialNumber, genTime GeneralizedTime, accuracy, ordering,
 *   nonce, … }     (RFC 3161 §2.4.2)
 * @returns the DER TimeStampResp
 */
export async function buildTimeStampResponse(input: TimeStampResponderInput): Promise<Uint8Array> {
  let request: ReturnType<typeof readTimeStampRequest>;
  try {
    request = readTimeStampRequest(input.request);
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    return error.code === 'algorithm_unsupported'
      ? reject(FAILURE.badAlg, 'digest algorithm is not supported')
      : reject(FAILURE.badDataFormat, 'the request cannot be read');
  }
  if (request.version !== 1) return reject(FAILURE.badRequest, 'version must be 1');
  const { digest } = request;
  if (digest === 'sha1') return reject(FAILURE.badAlg, 'SHA-1 is not stamped');
  if (request.imprint.length !== DIGEST_BYTES[digest]) return reject(FAILURE.badDataFormat, 'wrong imprint length');
  if (request.policy && request.policy !== input.policy) return reject(FAILURE.unacceptedPolicy, 'unknown policy');
  if (request.extensions) return reject(FAILURE.unacceptedExtension, 'extensions are not supported');

  const info = sequence(
    integer(1),
    oid(input.policy),
    sequence(digestAlgorithmIdentifier(digest), octetString(request.imprint)),
    integer(input.serialNumber),
    generalizedTime(input.time),
    sequence(integer(input.accuracySeconds ?? 1)),
    ...(request.nonce === undefined ? [] : [integer(request.nonce)]),
  );
  const token = await buildSignedData({
    provider: input.signer,
    contentDigest: createHash(ALGORITHMS[input.signer.algorithm].digest).update(info).digest(),
    contentType: OID.tstInfo,
    encapsulated: info,
    certificates: request.certReq ? input.signer.certificateChain : [],
  });
  return sequence(sequence(integer(0)), token);
}

/*
 * PKIStatusInfo ::= SEQUENCE { status INTEGER {rejection(2)}, statusString SEQUENCE OF UTF8String, failInfo BIT STRING }
 */
function reject(failure: number, reason: string): Uint8Array {
  return sequence(sequence(integer(2), sequence(utf8String(reason)), namedBits([failure])));
}

/** A rejection for troubles outside the request (`systemFailure`, bit 25). */
export function buildTimeStampFailure(reason: string): Uint8Array {
  return reject(25, reason);
}
