import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { SignatureAlgorithm } from '../ports.ts';
import {
  type Asn1Node,
  asOid,
  asSmallInteger,
  childAt,
  readDer,
  SequenceReader,
  unwrapExplicit,
} from './der-reader.ts';
import { context, integer, nullValue, oid, sequence } from './der-writer.ts';
import { OID } from './oids.ts';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';
/** SHA-1 is only ever read, in files and identifiers made by others. */
export type ReadDigestAlgorithm = DigestAlgorithm | 'sha1';

/** Bytes of salt in RSASSA-PSS signatures that are made here. */
export const PSS_SALT_LENGTH = 32;

const DIGEST_BY_OID: Record<string, ReadDigestAlgorithm> = {
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};

export function digestFromOid(dotted: string): ReadDigestAlgorithm {
  const digest = DIGEST_BY_OID[dotted];
  if (!digest) throw new AdesError('algorithm_unsupported', `digest algorithm ${dotted} is not supported`);
  return digest;
}

export const digestOid = (digest: ReadDigestAlgorithm): string => OID[digest];

/** `AlgorithmIdentifier` of a digest; parameters absent as RFC 5754 §2 wants them written. */
export const digestAlgorithmIdentifier = (digest: ReadDigestAlgorithm): Uint8Array => sequence(oid(OID[digest]));

interface AlgorithmFacts {
  digest: DigestAlgorithm;
  /** `signatureAlgorithm` of certificates, CRLs and OCSP responses. */
  x509: Uint8Array;
  /** `signatureAlgorithm` of a CMS SignerInfo (RFC 3370 §3.2, RFC 5753 §2.1.1). */
  cms: Uint8Array;
}

const sha256 = sequence(oid(OID.sha256), nullValue());

/** `RSASSA-PSS-params` with SHA-256 throughout (RFC 4055 §3.1); the salt is as long as the digest (RFC 9231 §2.3.10). */
const pss = sequence(
  oid(OID.rsaPss),
  sequence(context(0, sha256), context(1, sequence(oid(OID.mgf1), sha256)), context(2, integer(PSS_SALT_LENGTH))),
);

export const ALGORITHMS: Record<SignatureAlgorithm, AlgorithmFacts> = {
  'rsa-pkcs1-sha256': {
    digest: 'sha256',
    x509: sequence(oid(OID.sha256WithRsa), nullValue()),
    cms: sequence(oid(OID.rsaEncryption), nullValue()),
  },
  'rsa-pss-sha256': { digest: 'sha256', x509: pss, cms: pss },
  'ecdsa-p256-sha256': {
    digest: 'sha256',
    x509: sequence(oid(OID.ecdsaWithSha256)),
    cms: sequence(oid(OID.ecdsaWithSha256)),
  },
  'ecdsa-p384-sha384': {
    digest: 'sha384',
    x509: sequence(oid(OID.ecdsaWithSha384)),
    cms: sequence(oid(OID.ecdsaWithSha384)),
  },
  // RFC 8410 §3, RFC 8419 §2.3
  ed25519: { digest: 'sha512', x509: sequence(oid(OID.ed25519)), cms: sequence(oid(OID.ed25519)) },
};

const FIXED: Record<string, { type: 'rsa' | 'ec'; digest: ReadDigestAlgorithm }> = {
  [OID.sha1WithRsa]: { type: 'rsa', digest: 'sha1' },
  [OID.sha256WithRsa]: { type: 'rsa', digest: 'sha256' },
  [OID.sha384WithRsa]: { type: 'rsa', digest: 'sha384' },
  [OID.sha512WithRsa]: { type: 'rsa', digest: 'sha512' },
  [OID.ecdsaWithSha1]: { type: 'ec', digest: 'sha1' },
  [OID.ecdsaWithSha256]: { type: 'ec', digest: 'sha256' },
  [OID.ecdsaWithSha384]: { type: 'ec', digest: 'sha384' },
  [OID.ecdsaWithSha512]: { type: 'ec', digest: 'sha512' },
};

/**
 * Whether a key made `signature` over `data` under one of the algorithms that this library signs with. A key of another
 * kind than the algorithm's made nothing under it.
 */
export function verifyWithKey(
  algorithm: SignatureAlgorithm,
  publicKey: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const x509 = readDer(ALGORITHMS[algorithm].x509);
  return verifySignature({ algorithm: x509, publicKey, data, signature });
}

/** A key from a DER `SubjectPublicKeyInfo`. */
export function publicKeyFromSpki(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new AdesError('certificate_invalid', 'the public key cannot be read', { cause });
  }
}

/**
 * Verifies `signature` over `data` under an `AlgorithmIdentifier` as found. `digestHint` is the digest named beside it
 * (CMS `digestAlgorithm`), used when the identifier itself names none (`rsaEncryption`, `id-ecPublicKey`).
 * @returns whether the signature is mathematically right
 * @throws AdesError `algorithm_unsupported` when the algorithm is unknown here
 */
export function verifySignature(input: {
  algorithm: Asn1Node;
  digestHint?: ReadDigestAlgorithm;
  publicKey: KeyObject;
  data: Uint8Array;
  signature: Uint8Array;
}): boolean {
  const reader = new SequenceReader(input.algorithm);
  const algorithmOid = asOid(reader.next());
  const { publicKey, data, signature } = input;
  const type = publicKey.asymmetricKeyType;
  if (algorithmOid === OID.rsaEncryption || algorithmOid === OID.ecPublicKey) {
    if (!input.digestHint) throw new AdesError('algorithm_unsupported', 'the signature names no digest');
    if (type !== (algorithmOid === OID.rsaEncryption ? 'rsa' : 'ec')) return false;
    return verify(input.digestHint, data, publicKey, signature);
  }
  if (algorithmOid === OID.rsaPss) {
    const { digest, saltLength } = readPssParameters(reader);
    if (type !== 'rsa' && type !== 'rsa-pss') return false;
    const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    return verify(digest, data, key, signature);
  }
  if (algorithmOid === OID.ed25519) return type === 'ed25519' && verify(null, data, publicKey, signature);
  const fixed = FIXED[algorithmOid];
  if (!fixed) throw new AdesError('algorithm_unsupported', `signature algorithm ${algorithmOid} is not supported`);
  return type === fixed.type && verify(fixed.digest, data, publicKey, signature);
}

/** `RSASSA-PSS-params` (RFC 4055 §3.1); MGF1 must use the same digest. */
function readPssParameters(reader: SequenceReader): { digest: ReadDigestAlgorithm; saltLength: number } {
  let digest: ReadDigestAlgorithm = 'sha1';
  let mgfDigest: ReadDigestAlgorithm = 'sha1';
  let saltLength = 20;
  if (!reader.done) {
    const parameters = new SequenceReader(reader.next());
    const hash = parameters.optional(0xa0);
    if (hash) digest = digestFromOid(asOid(childAt(unwrapExplicit(hash), 0)));
    const mgf = parameters.optional(0xa1);
    if (mgf) mgfDigest = digestFromOid(asOid(childAt(childAt(unwrapExplicit(mgf), 1), 0)));
    const salt = parameters.optional(0xa2);
    if (salt) saltLength = asSmallInteger(unwrapExplicit(salt));
  }
  if (digest !== mgfDigest) throw new AdesError('algorithm_unsupported', 'RSASSA-PSS with two digests');
  return { digest, saltLength };
}
