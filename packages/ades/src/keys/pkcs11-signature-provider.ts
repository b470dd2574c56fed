import { AdesError } from '../ades-error.ts';
import { type DigestAlgorithm, digestOid } from '../asn1/algorithms.ts';

import { nullValue, octetString, oid, sequence } from '../asn1/der-writer.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';
import { remoteSignatureProvider } from './remote-signature-provider.ts';

/** A handle of the token, opaque here. */
type Handle = Buffer;

/**
 * The calls of PKCS#11 (OASIS PKCS #11 v2.40) that a signature takes, as the package `pkcs11js` gives them. It is handed in:
 * the package is built by a compiler where it is installed, which only those with a token need.
 */
export interface Pkcs11Module {
  C_FindObjectsInit(session: Handle, template: { type: number; value?: number | string | Buffer }[]): void;
  C_FindObjects(session: Handle, maxObjectCount: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_SignInit(session: Handle, mechanism: { mechanism: number; parameter?: PssParameters }, key: Handle): void;
  C_SignAsync(session: Handle, data: Buffer, signature: Buffer): Promise<Buffer>;
}

interface PssParameters {
  type: number;
  hashAlg: number;
  mgf: number;
  saltLen: number;
}

export interface Pkcs11Key {
  module: Pkcs11Module;
  /** An open session in which the user is logged in. It must not be used by others while a signature is made. */
  session: Handle;
  /** CKA_LABEL, CKA_ID or both of the private key. */
  label?: string;
  id?: Uint8Array;
  algorithm: Exclude<SignatureAlgorithm, 'ed25519'>;
  /** DER certificates, the signing certificate first. */
  certificateChain: readonly Uint8Array[];
}

const CKA_CLASS = 0x0;
const CKA_LABEL = 0x3;
const CKA_ID = 0x102;
const CKO_PRIVATE_KEY = 3;
const CKM_RSA_PKCS = 0x1;
const CKM_RSA_PKCS_PSS = 0xd;
const CKM_ECDSA = 0x1041;
/**
 * CK_RSA_PKCS_PSS_PARAMS: CKM_SHA256, CKG_MGF1_SHA256, and a salt as long as the digest. `type` tells `pkcs11js` 2 which
 * structure this is (its CK_PARAMS_RSA_PSS).
 */
const PSS: PssParameters = { type: 5, hashAlg: 0x250, mgf: 2, saltLen: 32 };
/** Bytes of the longest signature, that of RSA-4096. */
const MAX_SIGNATURE = 512;

/**
 * A provider on a private key of a PKCS#11 token. Digests are computed here; the token signs them off the event loop, one
 * after the other, as a session does one thing at a time.
 * @throws AdesError `key_missing` when no private key of the token has this label and id, or more than one
 */
export function pkcs11SignatureProvider(key: Pkcs11Key): SignatureProvider {
  const { module, session, algorithm, certificateChain } = key;
  const handle = findKey(key);
  let last: Promise<unknown> = Promise.resolve();
  const signOnce = async (digest: Uint8Array, digestAlgorithm: DigestAlgorithm): Promise<Uint8Array> => {
    const data = algorithm === 'rsa-pkcs1-sha256' ? digestInfo(digest, digestAlgorithm) : digest;
    module.C_SignInit(session, mechanismOf(algorithm), handle);
    return new Uint8Array(await module.C_SignAsync(session, Buffer.from(data), Buffer.alloc(MAX_SIGNATURE)));
  };
  return remoteSignatureProvider({
    algorithm,
    certificateChain,
    ecdsaForm: 'concatenated',
    signDigest: (digest, digestAlgorithm) => {
      const result = last.then(() => signOnce(digest, digestAlgorithm));
      // One that failed must not keep the next from being made.
      last = result.catch(() => undefined);
      return result;
    },
  });
}

function findKey({ module, session, label, id }: Pkcs11Key): Handle {
  module.C_FindObjectsInit(session, [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    ...(label === undefined ? [] : [{ type: CKA_LABEL, value: label }]),
    ...(id === undefined ? [] : [{ type: CKA_ID, value: Buffer.from(id) }]),
  ]);
  const [found, second] = module.C_FindObjects(session, 2);
  module.C_FindObjectsFinal(session);
  if (found && !second) return found;
  throw new AdesError('key_missing', found ? 'several keys of the token match' : 'the token has no such private key');
}

function mechanismOf(algorithm: Pkcs11Key['algorithm']): Parameters<Pkcs11Module['C_SignInit']>[1] {
  if (algorithm === 'rsa-pkcs1-sha256') return { mechanism: CKM_RSA_PKCS };
  if (algorithm === 'rsa-pss-sha256') return { mechanism: CKM_RSA_PKCS_PSS, parameter: PSS };
  return { mechanism: CKM_ECDSA };
}

/** `DigestInfo ::= SEQUENCE { digestAlgorithm, digest OCTET STRING }` (RFC 8017 §9.2), with NULL parameters. */
const digestInfo = (digest: Uint8Array, algorithm: DigestAlgorithm): Uint8Array =>
  sequence(sequence(oid(digestOid(algorithm)), nullValue()), octetString(digest));
