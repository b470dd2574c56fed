import { type KeyObject, sign } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS } from '../asn1/algorithms.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';

/** The algorithm that this library uses with a key. @throws AdesError `algorithm_unsupported` */
export function algorithmOfKey(key: KeyObject): SignatureAlgorithm {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    if (bits >= 2048 && bits <= 4096) return 'rsa-pkcs1-sha256';
  } else if (key.asymmetricKeyType === 'ec') {
    if (details?.namedCurve === 'prime256v1') return 'ecdsa-p256-sha256';
    if (details?.namedCurve === 'secp384r1') return 'ecdsa-p384-sha384';
  }
  throw new AdesError('algorithm_unsupported', 'keys are RSA of 2048 to 4096 bits, P-256 or P-384');
}

/** A provider on a private key in this process. Signs off the event loop (callback form of `crypto.sign`). */
export function localSignatureProvider(privateKey: KeyObject, chain: readonly Uint8Array[]): SignatureProvider {
  const algorithm = algorithmOfKey(privateKey);
  const { digest } = ALGORITHMS[algorithm];
  return {
    algorithm,
    certificateChain: chain,
    sign: (tbs) =>
      new Promise((resolve, reject) => {
        sign(digest, tbs, privateKey, (error, signature) => {
          if (error) reject(error);
          else resolve(new Uint8Array(signature.buffer, signature.byteOffset, signature.byteLength));
        });
      }),
  };
}
