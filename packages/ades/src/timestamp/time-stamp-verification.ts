import { createHash, randomBytes } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { type DigestAlgorithm, digestFromOid, type ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import { asInteger, asOctetString, asOid, asTime, childAt, readDer, SequenceReader } from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import { checkSignedData, readSignedData, type SignedData } from '../cms/signed-data-reader.ts';
import type { TimeStampAuthority } from '../ports.ts';
import { buildCertificatePath } from '../x509/certificate-path.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { buildTimeStampRequest } from './time-stamp-request.ts';

export interface TimeStampToken {
  /** DER ContentInfo. */
  bytes: Uint8Array;
  generatedAt: Date;
  policy: string;
  serialNumber: bigint;
  digest: ReadDigestAlgorithm;
  imprint: Uint8Array;
  nonce: bigint | undefined;
  /** DER certificate of the TSA, taken from the token. */
  signer: Uint8Array;
  certificates: readonly Uint8Array[];
}

function invalid(message: string): never {
  throw new AdesError('timestamp_invalid', message);
}

/**
 * Reads a time-stamp token and verifies its signature, its ESS certificate hash and that the signing certificate has
 * timeStamping as critical and only extended key usage (RFC 3161 §2.3). With `trustAnchors`, the path to an anchor
 * must be valid at the stamped time.
 * @throws AdesError `timestamp_invalid` with the reason
 */
export function verifyTimeStampToken(
  bytes: Uint8Array,
  expected: { imprint: (digest: ReadDigestAlgorithm) => Uint8Array; trustAnchors?: readonly Uint8Array[] },
): TimeStampToken {
  const { token, signedData, content } = readTimeStampToken(bytes);
  const broken = checkSignedData(signedData, (digest) => createHash(digest).update(content).digest());
  if (broken) invalid(broken);
  const { signer } = signedData;
  if (!sameBytes(token.imprint, expected.imprint(token.digest))) invalid('the token stamps something else');
  try {
    buildCertificatePath({
      certificate: signer.bytes,
      intermediates: signedData.certificates,
      // Without anchors only the end certificate is judged: usage and validity at the stamped time.
      trustAnchors: expected.trustAnchors ?? [signer.bytes],
      at: token.generatedAt,
      purpose: 'time_stamping',
    });
  } catch (error) {
    if (error instanceof AdesError) invalid(error.message);
    throw error;
  }
  return token;
}

/**
 * Reads a time-stamp token without verifying anything.
 * @throws AdesError `timestamp_invalid`, `cms_invalid`, `asn1_invalid`, `certificate_missing`
 */
export function readTimeStampToken(bytes: Uint8Array): {
  token: TimeStampToken;
  signedData: SignedData;
  content: Uint8Array;
} {
  const signedData = readSignedData(bytes, { ber: true });
  const { content, signer, signedAttributes, certificates } = signedData;
  if (signedData.contentType !== OID.tstInfo || !content) return invalid('not a time-stamp token');
  if (!signedAttributes.has(OID.signingCertificateV2) && !signedAttributes.has(OID.signingCertificate)) {
    invalid('the token does not name its signing certificate');
  }
  return { token: { bytes, ...readTstInfo(content), signer: signer.bytes, certificates }, signedData, content };
}

function readTstInfo(content: Uint8Array) {
  const reader = new SequenceReader(readDer(content));
  reader.next(TAG.integer);
  const policy = asOid(reader.next());
  const imprintReader = new SequenceReader(reader.next(TAG.sequence));
  const digest = digestFromOid(asOid(childAt(imprintReader.next(TAG.sequence), 0)));
  const imprint = asOctetString(imprintReader.next());
  const serialNumber = asInteger(reader.next());
  const generatedAt = asTime(reader.next());
  reader.optional(TAG.sequence);
  reader.optional(TAG.boolean);
  const nonceNode = reader.optional(TAG.integer);
  return { policy, digest, imprint, serialNumber, generatedAt, nonce: nonceNode && asInteger(nonceNode) };
}

/**
 * Verifies a TimeStampResp against the request that was sent: granted, same imprint, same nonce, and all that
 * `verifyTimeStampToken` checks.
 * @throws AdesError `timestamp_refused` when the TSA said no, `timestamp_invalid` otherwise
 */
export function verifyTimeStampResponse(
  response: Uint8Array,
  expected: {
    digest: DigestAlgorithm;
    imprint: Uint8Array;
    nonce?: bigint;
    policy?: string;
    trustAnchors?: readonly Uint8Array[];
  },
): TimeStampToken {
  const reader = new SequenceReader(readDer(response));
  const status = asInteger(childAt(reader.next(TAG.sequence), 0));
  if (status !== 0n && status !== 1n)
    throw new AdesError('timestamp_refused', `the TSA answered with status ${status}`);
  const tokenNode = reader.next(TAG.sequence);
  const token = verifyTimeStampToken(tokenNode.bytes, {
    imprint: (digest) => (digest === expected.digest ? expected.imprint : new Uint8Array(0)),
    ...(expected.trustAnchors && { trustAnchors: expected.trustAnchors }),
  });
  if (expected.nonce !== undefined && token.nonce !== expected.nonce) invalid('the nonce differs');
  if (expected.policy && token.policy !== expected.policy) invalid('the token is under another policy');
  return token;
}

/**
 * Asks a TSA to stamp `imprint` with a fresh 64-bit nonce and verifies the answer.
 * @throws AdesError as `verifyTimeStampResponse`
 */
export async function requestTimeStamp(
  authority: TimeStampAuthority,
  digest: DigestAlgorithm,
  imprint: Uint8Array,
  trustAnchors?: readonly Uint8Array[],
): Promise<TimeStampToken> {
  const nonce = BigInt(`0x${randomBytes(8).toString('hex')}`);
  const response = await authority.timeStamp(buildTimeStampRequest({ digest, imprint, nonce, certReq: true }));
  return verifyTimeStampResponse(response, { digest, imprint, nonce, ...(trustAnchors && { trustAnchors }) });
}
