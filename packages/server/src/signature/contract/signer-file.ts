import Type, { type Static } from 'typebox';
import { Guid, stringEnum } from '../../kernel/contract/primitives.ts';

export const SignerFilePath = Type.Object({
  documentId: Guid({ description: 'Id of the document.' }),
  signerId: Guid({ description: 'Id of the signer.' }),
});
export type SignerFilePath = Static<typeof SignerFilePath>;

export const SIGNER_FILE_FORMATS = ['native', 'packaged'] as const;
export type SignerFileFormat = (typeof SIGNER_FILE_FORMATS)[number];

export const SignerFileQuery = Type.Object({
  fileFormat: stringEnum(SIGNER_FILE_FORMATS, {
    description: 'What the eID produced, or that together with the document.',
    otherNames: ['fileType'],
  }),
});
