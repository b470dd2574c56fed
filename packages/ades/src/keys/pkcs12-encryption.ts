import { createDecipheriv, createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AdesError } from '../ades-error.ts';
import { digestFromOid, type ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import {
  type Asn1Node,
  asOctetString,
  asOid,
  asSmallInteger,
  childAt,
  children,
  SequenceReader,
} from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { decryptRc2Cbc } from './rc2.ts';

const derive = promisify(pbkdf2);

/** More than any product writes, few enough to end soon; the derivation of PKCS#12 itself holds up the event loop. */
const MAX_ITERATIONS = { pbkdf2: 5_000_000, legacy: 1_000_000 } as const;

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const PBMAC1 = '1.2.840.113549.1.5.14';

/** Pseudo-random functions and MACs, RFC 8018 §B.1. */
const HMACS: Record<string, ReadDigestAlgorithm> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** Encryption schemes of PBES2, RFC 8018 §B.2. */
const CIPHERS: Record<string, { name: string; keyBytes: number }> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
};

/** Encryption schemes of PKCS#12 itself, with SHA-1, RFC 7292 §C. */
const LEGACY: Record<string, { keyBytes: number; rc2Bits?: number }> = {
  '1.2.840.113549.1.12.1.3': { keyBytes: 24 },
  '1.2.840.113549.1.12.1.4': { keyBytes: 16 },
  '1.2.840.113549.1.12.1.5': { keyBytes: 16, rc2Bits: 128 },
  '1.2.840.113549.1.12.1.6': { keyBytes: 5, rc2Bits: 40 },
};

const BLOCK_BYTES: Record<ReadDigestAlgorithm, number> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 };

function unsupported(what: string): never {
  throw new AdesError('algorithm_unsupported', `${what} of the PKCS#12 file is not supported`);
}

function readIterations(node: Asn1Node, derivation: keyof typeof MAX_ITERATIONS): number {
  const count = asSmallInteger(node);
  if (count < 1 || count > MAX_ITERATIONS[derivation]) unsupported('the iteration count');
  return count;
}

/** BMPString with its terminator (RFC 7292 §B.1); some writers give nothing at all for an empty password. */
function passwordBytes(password: string | undefined): Buffer {
  if (password === undefined) return Buffer.alloc(0);
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}

/** Key derivation of PKCS#12, RFC 7292 §B.2. @param purpose 1 key, 2 IV, 3 MAC key */
function deriveLegacy(
  digest: ReadDigestAlgorithm,
  password: string | undefined,
  salt: Uint8Array,
  iterations: number,
  purpose: 1 | 2 | 3,
  size: number,
): Buffer {
  const block = BLOCK_BYTES[digest];
  const fill = (bytes: Uint8Array): Buffer => {
    const out = Buffer.alloc(Math.ceil(bytes.length / block) * block);
    for (let i = 0; i < out.length; i++) out[i] = bytes[i % bytes.length]!;
    return out;
  };
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([fill(salt), fill(passwordBytes(password))]);
  const out: Buffer[] = [];
  for (let length = 0; length < size; ) {
    let hash = createHash(digest).update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round++) hash = createHash(digest).update(hash).digest();
    out.push(hash);
    length += hash.length;
    // Every block of the input gets the hash, repeated, plus one added, modulo its size.
    for (let start = 0; start < input.length; start += block) {
      let carry = 1;
      for (let i = block - 1; i >= 0; i--) {
        carry += input[start + i]! + hash[i % hash.length]!;
        input[start + i] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
  return Buffer.concat(out).subarray(0, size);
}

/**
 * Decrypts under an `AlgorithmIdentifier` of a password-based scheme: PBES2 (RFC 8018 §6.2) or one of PKCS#12.
 * @throws AdesError `algorithm_unsupported`; `pkcs12_password` when the padding is wrong
 */
export async function decryptWithPassword(
  algorithm: Asn1Node,
  data: Uint8Array,
  password: string | undefined,
): Promise<Buffer> {
  const scheme = asOid(childAt(algorithm, 0));
  const parameters = childAt(algorithm, 1);
  if (scheme === PBES2) return decryptPbes2(parameters, data, password);
  const legacy = LEGACY[scheme];
  if (!legacy) return unsupported(`encryption scheme ${scheme}`);
  const salt = asOctetString(childAt(parameters, 0));
  const iterations = readIterations(childAt(parameters, 1), 'legacy');
  const key = deriveLegacy('sha1', password, salt, iterations, 1, legacy.keyBytes);
  const iv = deriveLegacy('sha1', password, salt, iterations, 2, 8);
  try {
    if (legacy.rc2Bits) return removePadding(decryptRc2Cbc(data, key, iv, legacy.rc2Bits));
    // Two-key triple DES uses its first key again.
    const tripleKey = key.length === 24 ? key : Buffer.concat([key, key.subarray(0, 8)]);
    return decipher('des-ede3-cbc', tripleKey, iv, data);
  } catch (cause) {
    throw wrongPassword(cause);
  }
}

async function decryptPbes2(parameters: Asn1Node, data: Uint8Array, password: string | undefined): Promise<Buffer> {
  const [derivation, encryption] = children(parameters);
  if (!derivation || !encryption) return unsupported('the encryption scheme');
  const cipherOid = asOid(childAt(encryption, 0));
  const cipher = CIPHERS[cipherOid];
  if (!cipher) return unsupported(`cipher ${cipherOid}`);
  const key = await derivePbkdf2(derivation, password, cipher.keyBytes);
  try {
    return decipher(cipher.name, key, asOctetString(childAt(encryption, 1)), data);
  } catch (cause) {
    throw wrongPassword(cause);
  }
}

/** `PBKDF2-params ::= SEQUENCE { salt, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }` (RFC 8018 §A.2) */
async function derivePbkdf2(algorithm: Asn1Node, password: string | undefined, keyBytes?: number): Promise<Buffer> {
  if (asOid(childAt(algorithm, 0)) !== PBKDF2) unsupported('the key derivation');
  const reader = new SequenceReader(childAt(algorithm, 1));
  const salt = asOctetString(reader.next());
  const iterations = readIterations(reader.next(), 'pbkdf2');
  const stated = reader.optional(TAG.integer);
  const prf = reader.optional(TAG.sequence);
  const digest = prf ? HMACS[asOid(childAt(prf, 0))] : 'sha1';
  const length = stated ? asSmallInteger(stated) : keyBytes;
  if (!digest || !length || length > 64 || (keyBytes && length !== keyBytes)) return unsupported('the key derivation');
  return derive(password ?? '', salt, iterations, length, digest);
}

function decipher(name: string, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createDecipheriv(name, key, iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function removePadding(padded: Buffer): Buffer {
  const count = padded.at(-1) ?? 0;
  const padding = padded.subarray(padded.length - count);
  if (count < 1 || count > 8 || padding.some((byte) => byte !== count)) throw new RangeError('wrong padding');
  return padded.subarray(0, padded.length - count);
}

export function wrongPassword(cause?: unknown): AdesError {
  return new AdesError('pkcs12_password', 'the password does not open the PKCS#12 file', { cause });
}

/**
 * Checks `MacData ::= SEQUENCE { mac DigestInfo, macSalt, iterations DEFAULT 1 }` (RFC 7292 §4) or PBMAC1 (RFC 9579).
 * @returns whether the password is right and the content as it was
 */
export async function checkMac(macData: Asn1Node, content: Uint8Array, password: string | undefined): Promise<boolean> {
  const reader = new SequenceReader(macData);
  const [algorithm, value] = children(reader.next());
  if (!algorithm || !value) return unsupported('the MAC');
  const salt = asOctetString(reader.next());
  const iterations = reader.done ? 1 : readIterations(reader.next(), 'legacy');
  const scheme = asOid(childAt(algorithm, 0));
  let digest: ReadDigestAlgorithm;
  let key: Buffer;
  if (scheme === PBMAC1) {
    const [derivation, mac] = children(childAt(algorithm, 1));
    const named = mac && HMACS[asOid(childAt(mac, 0))];
    if (!derivation || !named) return unsupported('the MAC');
    digest = named;
    key = await derivePbkdf2(derivation, password);
  } else {
    digest = digestFromOid(scheme);
    key = deriveLegacy(digest, password, salt, iterations, 3, createHash(digest).digest().length);
  }
  const expected = asOctetString(value);
  const actual = createHmac(digest, key).update(content).digest();
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
