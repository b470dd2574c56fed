import { AdesError } from '../ades-error.ts';
import type { DigestAlgorithm } from '../asn1/algorithms.ts';
import type { SignatureAlgorithm } from '../ports.ts';

export const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const BASE64_TRANSFORM = `${XMLDSIG}base64`;
export const ENVELOPED_TRANSFORM = `${XMLDSIG}enveloped-signature`;

/** Digest algorithms by their identifiers in XML signatures (RFC 9231 §2.1). SHA-1 is not read. */
const DIGEST_URIS: Record<DigestAlgorithm, string> = {
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
};

export const digestUri = (digest: DigestAlgorithm): string => DIGEST_URIS[digest];

/** @throws AdesError `algorithm_unsupported` */
export function digestFromUri(uri: string | undefined): DigestAlgorithm {
  const found = (Object.keys(DIGEST_URIS) as DigestAlgorithm[]).find((digest) => DIGEST_URIS[digest] === uri);
  if (!found) throw new AdesError('algorithm_unsupported', 'the digest algorithm of an XML signature is not supported');
  return found;
}

/** Bytes of base64 text in XML, white space allowed. @throws AdesError `xml_invalid` when it is anything else */
export function fromBase64(text: string): Uint8Array {
  const compact = text.replace(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(compact, 'base64');
  // Node skips what is not base64; only one spelling of each value is taken.
  if (bytes.toString('base64') !== compact) throw new AdesError('xml_invalid', 'a value is not base64');
  return bytes;
}

export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** A file name as a relative URI reference: each segment percent-encoded (RFC 3986 §3.3). */
export const uriOfName = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** The file name behind a relative URI reference; nothing when it is none. */
export function nameOfUri(uri: string): string | undefined {
  try {
    const name = decodeURIComponent(uri);
    return uriOfName(name) === uri || encodeURI(name) === uri || name === uri ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Identifiers of signature algorithms in XML signatures, RFC 9231 §2.3. */
const SIGNATURE_URIS: Record<SignatureAlgorithm, string> = {
  'rsa-pkcs1-sha256': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'rsa-pss-sha256': 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  'ecdsa-p256-sha256': 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  'ecdsa-p384-sha384': 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384',
  ed25519: 'http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519',
};

export const signatureUri = (algorithm: SignatureAlgorithm): string => SIGNATURE_URIS[algorithm];

/** @throws AdesError `algorithm_unsupported` */
export function signatureAlgorithmFromUri(uri: string | undefined): SignatureAlgorithm {
  const all = Object.keys(SIGNATURE_URIS) as SignatureAlgorithm[];
  const found = all.find((algorithm) => SIGNATURE_URIS[algorithm] === uri);
  if (!found) throw new AdesError('algorithm_unsupported', 'the algorithm of an XML signature is not supported');
  return found;
}
