import type { BaselineServices } from '../baseline-level.ts';
import {
  type AbsentKey,
  deferredSignatureProvider,
  deferSignature,
  type SignatureToMake,
} from '../keys/deferred-signature.ts';
import { type SignedXades, signXades, type XadesContent } from './sign-xades.ts';

/** A XAdES signature that waits for its value. Plain data; the content has to be handed over again. */
export interface PreparedXades {
  signature: SignatureToMake;
  signingTime: Date;
}

/**
 * First phase: computes the canonical SignedInfo that is to be signed. Nothing of the level is needed yet.
 * @throws AdesError `xml_invalid`, `certificate_missing`, `content_missing`, `content_digest_missing`
 */
export async function prepareXades(request: {
  key: AbsentKey;
  content: XadesContent;
  /** Claimed time; whole seconds are written. */
  signingTime: Date;
}): Promise<PreparedXades> {
  const { key, content, signingTime } = request;
  const signature = await deferSignature(key, (provider) =>
    signXades({ level: 'B-B', trustAnchors: [], provider, signingTime, content }),
  );
  return { signature, signingTime };
}

/**
 * Second phase: puts the signature value in and raises the level.
 * @throws AdesError as `signXades`; `signature_invalid` when the value does not verify, or the content is another
 */
export function finishXades(
  { signature, signingTime }: PreparedXades,
  value: Uint8Array,
  request: BaselineServices & { content: XadesContent },
): Promise<SignedXades> {
  return signXades({ ...request, provider: deferredSignatureProvider(signature, value), signingTime });
}
