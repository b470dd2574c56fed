import { createHash } from 'node:crypto';
import type { DigestAlgorithm } from '../asn1/algorithms.ts';
import { OID } from '../asn1/oids.ts';
import { attribute } from '../cms/signed-data-builder.ts';
import type { SignedData } from '../cms/signed-data-reader.ts';
import type { TimeStampAuthority } from '../ports.ts';
import { requestTimeStamp, type TimeStampToken, verifyTimeStampToken } from './time-stamp-verification.ts';

/** Who stamps, and the roots that its chain must lead to. */
export interface Stamping {
  authority: TimeStampAuthority;
  trustAnchors: readonly Uint8Array[];
}

/**
 * Asks for a time-stamp on a CMS signature value (ETSI EN 319 122-1 §5.3).
 * @throws AdesError `timestamp_invalid`, `timestamp_refused`, and whatever the authority throws
 */
export function requestSignatureTimeStamp(
  signature: Uint8Array,
  digest: DigestAlgorithm,
  { authority, trustAnchors }: Stamping,
): Promise<TimeStampToken> {
  return requestTimeStamp(authority, digest, createHash(digest).update(signature).digest(), trustAnchors);
}

/** The unsigned attribute signature-time-stamp. */
export const signatureTimeStampAttribute = (token: TimeStampToken): Uint8Array =>
  attribute(OID.signatureTimeStampToken, token.bytes);

/**
 * The signature time-stamp of a signer, verified.
 * @returns nothing when there is none
 * @throws AdesError `timestamp_invalid`
 */
export function verifySignatureTimeStamp(
  signedData: SignedData,
  trustAnchors: readonly Uint8Array[],
): TimeStampToken | undefined {
  const found = signedData.unsignedAttributes.get(OID.signatureTimeStampToken);
  if (!found) return undefined;
  return verifyTimeStampToken(found.bytes, {
    imprint: (digest) => createHash(digest).update(signedData.signature).digest(),
    trustAnchors,
  });
}
