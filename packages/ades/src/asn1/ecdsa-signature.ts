import { AdesError } from '../ades-error.ts';
import type { SignatureAlgorithm } from '../ports.ts';
import { asInteger, children, readDer } from './der-reader.ts';
import { integer, sequence } from './der-writer.ts';

/** Bytes of r and of s. */
const SIZES: Partial<Record<SignatureAlgorithm, number>> = { 'ecdsa-p256-sha256': 32, 'ecdsa-p384-sha384': 48 };

/**
 * A signature with r and s of fixed length side by side (IEEE P1363, RFC 9231 §2.3.6) instead of a DER `ECDSA-Sig-Value`;
 * signatures that are not ECDSA come back as they are.
 * @throws AdesError `asn1_invalid`
 */
export function concatenateEcdsa(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array {
  const size = SIZES[algorithm];
  if (!size) return signature;
  const out = Buffer.alloc(2 * size);
  const numbers = children(readDer(signature)).map(asInteger);
  if (numbers.length !== 2) throw new AdesError('asn1_invalid', 'not an ECDSA signature');
  for (const [index, value] of numbers.entries()) {
    const hex = value.toString(16).padStart(2 * size, '0');
    if (value < 0n || hex.length !== 2 * size) throw new AdesError('asn1_invalid', 'not an ECDSA signature');
    out.write(hex, index * size, 'hex');
  }
  return out;
}

/** The reverse; nothing when the size is not that of the algorithm. */
export function ecdsaFromConcatenated(algorithm: SignatureAlgorithm, value: Uint8Array): Uint8Array | undefined {
  const size = SIZES[algorithm];
  if (!size) return value;
  if (value.length !== 2 * size) return undefined;
  const number = (bytes: Uint8Array) => integer(BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  return sequence(number(value.subarray(0, size)), number(value.subarray(size)));
}
