import { ALGORITHMS } from '../asn1/algorithms.ts';
import type { BaselineServices } from '../baseline-level.ts';
import { type DetachedContent, digestContent } from '../content-digest.ts';
import {
  type AbsentKey,
  deferredSignatureProvider,
  deferSignature,
  type SignatureToMake,
} from '../keys/deferred-signature.ts';
import { type SignedCades, signCades } from './sign-cades.ts';

export interface CadesPreparation {
  key: AbsentKey;
  content: { enclosed: Uint8Array } | { detached: DetachedContent };
  /** Claimed time; whole seconds are written. */
  signingTime: Date;
  mimeType?: string;
}

/** A CAdES signature that waits for its value. Plain data; an enclosed content has to be handed over again. */
export interface PreparedCades {
  signature: SignatureToMake;
  signingTime: Date;
  mimeType: string | undefined;
  isEnclosed: boolean;
}

/**
 * First phase: computes what is to be signed, with the content or its digests. Nothing of the level is needed yet.
 * @throws AdesError `certificate_missing`, `content_digest_missing`
 */
export async function prepareCades({ key, content, signingTime, mimeType }: CadesPreparation): Promise<PreparedCades> {
  const isEnclosed = 'enclosed' in content;
  const digests = await digestContent(isEnclosed ? content.enclosed : content.detached, [
    ALGORITHMS[key.algorithm].digest,
  ]);
  const signature = await deferSignature(key, (provider) =>
    signCades({
      level: 'B-B',
      trustAnchors: [],
      content: { detached: { digests } },
      signers: [{ provider, signingTime, ...(mimeType && { mimeType }) }],
    }),
  );
  return { signature, signingTime, mimeType, isEnclosed };
}

/**
 * Second phase: puts the signature value in and raises the level. The content, or its digests, come once more.
 * @throws AdesError as `signCades`; `signature_invalid` when the value does not verify, or the content is another
 */
export async function finishCades(
  prepared: PreparedCades,
  value: Uint8Array,
  request: BaselineServices & { content: Uint8Array | DetachedContent },
): Promise<SignedCades> {
  const { signature, signingTime, mimeType, isEnclosed } = prepared;
  const { content, ...services } = request;
  const provider = deferredSignatureProvider(signature, value);
  return signCades({
    ...services,
    content: isEnclosed && content instanceof Uint8Array ? { enclosed: content } : { detached: content },
    signers: [{ provider, signingTime, ...(mimeType && { mimeType }) }],
  });
}
