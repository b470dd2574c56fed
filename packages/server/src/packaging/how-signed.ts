import {
  handwrittenPicture,
  isSignedByOwnKey,
  SEALED_EVIDENCE_FORMAT,
  type SignatureRecord,
} from '../signature/index.ts';

/**
 * How a signature was made, as the signed file says it: by a key of the person (`own_key`), by a login that is bound to the
 * document (`eid`), by accepting under a login, or by hand, with or without a login.
 */
export type HowSigned = 'own_key' | 'eid' | 'accepted' | 'handwritten' | 'handwritten_after_login';

/** Also the picture of what was written by hand, from what is kept of the signature. */
export function howSigned(
  signature: Pick<SignatureRecord, 'method' | 'native'>,
  native: Uint8Array,
): { how: HowSigned; picture: Buffer | undefined } {
  if (signature.native.format !== SEALED_EVIDENCE_FORMAT) {
    return { how: isSignedByOwnKey(signature.native) ? 'own_key' : 'eid', picture: undefined };
  }
  const picture = handwrittenPicture(native);
  if (!picture) return { how: 'accepted', picture };
  return { how: signature.method === 'unknown' ? 'handwritten' : 'handwritten_after_login', picture };
}

/** The reason in the signature that stands for a signer and is made by a key of this instance; `eid` by the name that people know. */
export function signingReason(how: HowSigned, eid: string): string {
  switch (how) {
    case 'own_key':
      return `Stands for the signature by the person's own key in ${eid}, which is attached`;
    case 'eid':
      return `Signed by login with ${eid}, bound to this document`;
    case 'accepted':
      return `Accepted after login with ${eid}`;
    case 'handwritten_after_login':
      return `Signed by hand after login with ${eid}`;
    case 'handwritten':
      return 'Signed by hand; name as written, no eID';
  }
}
