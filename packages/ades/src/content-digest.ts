import { createHash } from 'node:crypto';
import { AdesError } from './ades-error.ts';
import type { DigestAlgorithm, ReadDigestAlgorithm } from './asn1/algorithms.ts';

/** Digests of a content that stays with the caller, by algorithm. */
export type ContentDigests = Partial<Record<ReadDigestAlgorithm, Uint8Array>>;

/**
 * Content that a signature is about but does not hold: bytes, chunks that are read once and not kept, or the digests
 * alone.
 */
export type DetachedContent =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | { digests: Partial<Record<DigestAlgorithm, Uint8Array>> };

/**
 * Digests of the content under every algorithm that is asked for, in one pass.
 * @throws AdesError `content_digest_missing` when only digests were given and one of them is not among them
 */
export async function digestContent(
  content: DetachedContent,
  algorithms: Iterable<ReadDigestAlgorithm>,
): Promise<ContentDigests> {
  const wanted = [...new Set(algorithms)];
  if ('digests' in content) {
    const { digests }: { digests: ContentDigests } = content;
    const missing = wanted.find((algorithm) => !digests[algorithm]);
    if (missing) throw new AdesError('content_digest_missing', `the content's ${missing} digest is needed`);
    return digests;
  }
  const hashes = wanted.map((algorithm) => createHash(algorithm));
  if (content instanceof Uint8Array) for (const hash of hashes) hash.update(content);
  else for await (const chunk of content) for (const hash of hashes) hash.update(chunk);
  return Object.fromEntries(wanted.map((algorithm, index) => [algorithm, new Uint8Array(hashes[index]!.digest())]));
}

/** One of the digests. @throws AdesError `content_digest_missing` */
export function requireDigest(digests: ContentDigests, algorithm: ReadDigestAlgorithm): Uint8Array {
  const digest = digests[algorithm];
  if (!digest) throw new AdesError('content_digest_missing', `the content's ${algorithm} digest is needed`);
  return digest;
}
