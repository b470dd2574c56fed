import Type, { type Static } from 'typebox';
import { Guid } from '../../kernel/contract/primitives.ts';
import { RedirectSettings, SignatureType, SignerWrapper } from './document.ts';

const optional = Type.Optional;

/** Everything of a signer, none of it needed at any depth: what is not mentioned stays. */
export const UpdateSignerRequestWrapper = Type.Object({
  ...Type.Partial(SignerWrapper).properties,
  redirectSettings: optional(Type.Partial(RedirectSettings, { description: 'Where the signer goes afterwards.' })),
  signatureType: optional(Type.Partial(SignatureType, { description: 'How the signer signs.' })),
  rotateUrl: optional(
    Type.Boolean({ description: 'Gives the signer a new sign URL; the one so far stops working at once.' }),
  ),
});
export type UpdateSignerRequestWrapper = Static<typeof UpdateSignerRequestWrapper>;

export const SignerPath = Type.Object({
  documentId: Guid({ description: 'Id of the document.' }),
  signerId: Guid({ description: 'Id of the signer.' }),
});
export type SignerPath = Static<typeof SignerPath>;
