import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import { ecdsaFromConcatenated } from '../asn1/ecdsa-signature.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';
import { sameBytes } from '../x509/certificate-reader.ts';

/** A key that is not at hand: its certificates are known before it signs. */
export interface AbsentKey {
  algorithm: SignatureAlgorithm;
  /** DER certificates, the signing certificate first. */
  certificateChain: readonly Uint8Array[];
}

/** What such a key has to sign. Plain data: it can be stored for as long as that takes. */
export interface SignatureToMake extends AbsentKey {
  /** The bytes to be signed. */
  toSign: Uint8Array;
  /** Their digest, for keys that sign digests; not for Ed25519. */
  digest: Uint8Array | undefined;
}

class Captured extends Error {
  readonly toSign: Uint8Array;
  constructor(toSign: Uint8Array) {
    super('captured');
    this.toSign = toSign;
  }
}

/**
 * Runs a signing operation up to the point where the key is needed.
 * @throws AdesError whatever the operation throws before
 */
export async function deferSignature(
  { algorithm, certificateChain }: AbsentKey,
  operation: (provider: SignatureProvider) => Promise<unknown>,
): Promise<SignatureToMake> {
  try {
    await operation({ algorithm, certificateChain, sign: (tbs) => Promise.reject(new Captured(Uint8Array.from(tbs))) });
  } catch (error) {
    if (!(error instanceof Captured)) throw error;
    const { toSign } = error;
    const digest =
      algorithm === 'ed25519'
        ? undefined
        : new Uint8Array(createHash(ALGORITHMS[algorithm].digest).update(toSign).digest());
    return { algorithm, certificateChain: [...certificateChain], toSign, digest };
  }
  throw new AdesError('content_missing', 'there is nothing to sign');
}

/**
 * A provider that gives the signature which was made meanwhile. ECDSA signatures may come in DER or side by side.
 * @throws AdesError `signature_invalid` from `sign` when other bytes are to be signed than were prepared
 */
export function deferredSignatureProvider(prepared: SignatureToMake, signature: Uint8Array): SignatureProvider {
  const { algorithm, certificateChain, toSign } = prepared;
  return {
    algorithm,
    certificateChain,
    sign: async (tbs) => {
      if (!sameBytes(tbs, toSign)) throw new AdesError('signature_invalid', 'something else was prepared for signing');
      const isConcatenated = algorithm.startsWith('ecdsa') && signature[0] !== 0x30;
      return (isConcatenated && ecdsaFromConcatenated(algorithm, signature)) || signature;
    },
  };
}
