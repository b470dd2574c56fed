import { constants, type KeyObject, sign } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, PSS_SALT_LENGTH } from '../asn1/algorithms.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';

/** The algorithms that a key can be used with, the one of choice first. @throws AdesError `algorithm_unsupported` */
function algorithmsOfKey(key: KeyObject): [SignatureAlgorithm, ...SignatureAlgorithm[]] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType;
  if ((type === 'rsa' || type === 'rsa-pss') && modulusLength >= 2048 && modulusLength <= 4096) {
    return type === 'rsa' ? ['rsa-pkcs1-sha256', 'rsa-pss-sha256'] : ['rsa-pss-sha256'];
  }
  if (type === 'ec' && namedCurve === 'prime256v1') return ['ecdsa-p256-sha256'];
  if (type === 'ec' && namedCurve === 'secp384r1') return ['ecdsa-p384-sha384'];
  if (type === 'ed25519') return ['ed25519'];
  throw new AdesError('algorithm_unsupported', 'keys are RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519');
}

/** The algorithm that this library uses with a key. @throws AdesError `algorithm_unsupported` */
export const algorithmOfKey = (key: KeyObject): SignatureAlgorithm => algorithmsOfKey(key)[0];

/**
 * A provider on a private key in this process. Signs off the event loop (callback form of `crypto.sign`).
 * @param algorithm another one than the key's first choice: `rsa-pss-sha256` for an RSA key
 * @throws AdesError `algorithm_unsupported`
 */
export function localSignatureProvider(
  privateKey: KeyObject,
  chain: readonly Uint8Array[],
  algorithm: SignatureAlgorithm = algorithmOfKey(privateKey),
): SignatureProvider {
  if (!algorithmsOfKey(privateKey).includes(algorithm)) {
    throw new AdesError('algorithm_unsupported', 'the key is not one for this algorithm');
  }
  const digest = algorithm === 'ed25519' ? null : ALGORITHMS[algorithm].digest;
  const key =
    algorithm === 'rsa-pss-sha256'
      ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: PSS_SALT_LENGTH }
      : privateKey;
  return {
    algorithm,
    certificateChain: chain,
    sign: (tbs) =>
      new Promise((resolve, reject) => {
        sign(digest, tbs, key, (error, signature) => {
          if (error) reject(error);
          else resolve(new Uint8Array(signature.buffer, signature.byteOffset, signature.byteLength));
        });
      }),
  };
}
