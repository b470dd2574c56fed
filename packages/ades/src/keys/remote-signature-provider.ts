import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, type DigestAlgorithm } from '../asn1/algorithms.ts';
import { ecdsaFromConcatenated } from '../asn1/ecdsa-signature.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';

/** A key elsewhere that signs digests: a remote signing service, a key management service, a token. */
export interface RemoteKey {
  algorithm: Exclude<SignatureAlgorithm, 'ed25519'>;
  /** DER certificates, the signing certificate first. */
  certificateChain: readonly Uint8Array[];
  /** Form of ECDSA signatures: a DER `ECDSA-Sig-Value` by default, or r and s side by side (IEEE P1363). */
  ecdsaForm?: 'der' | 'concatenated';
  /**
   * Signs a digest. An RSA key of PKCS#1 v1.5 puts the `DigestInfo` around it, one of RSASSA-PSS uses MGF1 with the same
   * digest and a salt of its length. May take as long as a person needs; what it throws reaches the caller unchanged.
   */
  signDigest(digest: Uint8Array, algorithm: DigestAlgorithm): Promise<Uint8Array>;
}

/**
 * A provider on a key that gets digests only: the bytes to be signed do not leave this process. What comes back is
 * verified with the certificate before it is used, as with every provider.
 * @throws AdesError `algorithm_unsupported` for Ed25519, which signs no digests (RFC 8032 §8.5)
 */
export function remoteSignatureProvider(key: RemoteKey): SignatureProvider {
  const { algorithm, certificateChain } = key;
  if ((algorithm as SignatureAlgorithm) === 'ed25519') {
    throw new AdesError('algorithm_unsupported', 'Ed25519 signs whole messages and no digests');
  }
  const { digest } = ALGORITHMS[algorithm];
  return {
    algorithm,
    certificateChain,
    sign: async (tbs) => {
      const signature = await key.signDigest(createHash(digest).update(tbs).digest(), digest);
      if (key.ecdsaForm !== 'concatenated') return signature;
      const encoded = ecdsaFromConcatenated(algorithm, signature);
      if (!encoded) throw new AdesError('signature_invalid', 'the signature has the wrong size');
      return encoded;
    },
  };
}
