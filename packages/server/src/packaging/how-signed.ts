import { handwrittenPicture, SEALED_EVIDENCE_FORMAT, type SignatureRecord } from '../signature/index.ts';

/**
 * How a signature was made, as the signed file says it: by the eID itself, by accepting under a login, or by hand, with
 * or without a login.
 */
export type HowSigned = 'eid' | 'accepted' | 'handwritten' | 'handwritten_after_login';

/** Also the picture of what was written by hand, from what is kept of the signature. */
export function howSigned(
  signature: Pick<SignatureRecord, 'method' | 'native'>,
  native: Uint8Array,
): { how: HowSigned; picture: Buffer | undefined } {
  if (signature.native.format !== SEALED_EVIDENCE_FORMAT) return { how: 'eid', picture: undefined };
  const picture = handwrittenPicture(native);
  if (!picture) return { how: 'accepted', picture };
  return { how: signature.method === 'unknown' ? 'handwritten' : 'handwritten_after_login', picture };
}

/** The reason in the signature that stands for a signer; `eid` by the name that people know. */
export function signingReason(how: HowSigned, eid: string): string {
  switch (how) {
    case 'eid':
      return `Signed with ${eid}`;
    case 'accepted':
      return `Accepted after login with ${eid}`;
    case 'handwritten_after_login':
      return `Signed by hand after login with ${eid}`;
    case 'handwritten':
      return 'Signed by hand; name as written, no eID';
  }
}
