import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import { canonicalize } from '../xml/exclusive-c14n.ts';
import type { XmlElement } from '../xml/xml-tree.ts';
import type { ReadXades } from './read-xades.ts';

/**
 * Imprint of an archive time-stamp (ETSI EN 319 132-1 §5.5.2.2): the bytes of every reference in their order, then in
 * canonical form SignedInfo, SignatureValue, KeyInfo, the unsigned properties before the time-stamp, and the objects but
 * that of the properties.
 * @param contents bytes of the data references, in their order
 */
export function xadesArchiveImprint(
  read: ReadXades,
  contents: readonly Uint8Array[],
  covered: readonly XmlElement[],
  digest: ReadDigestAlgorithm,
): Uint8Array {
  const hash = createHash(digest);
  const referenced = [...contents];
  referenced.splice(read.propertiesPosition, 0, canonicalize(read.signedProperties));
  for (const bytes of referenced) hash.update(bytes);
  const parts = [read.signedInfo, read.signatureValue, read.keyInfo, ...covered, ...read.objects.values()];
  for (const element of parts) hash.update(canonicalize(element));
  return new Uint8Array(hash.digest());
}

/** Bytes of what was signed. @throws AdesError `content_missing` when a detached file is known by its digest only */
export function requireContents(
  signed: readonly { name?: string | undefined; content?: Uint8Array | undefined }[],
  detached?: ReadonlyMap<string, unknown>,
): Uint8Array[] {
  return signed.map(({ name, content }) => {
    const bytes = content ?? (name === undefined ? undefined : detached?.get(name));
    if (bytes instanceof Uint8Array) return bytes;
    throw new AdesError('content_missing', 'an archive time-stamp is over the bytes of the files');
  });
}
