import Type, { type Static } from 'typebox';
import { Base64, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';

export const ATTACHMENT_TYPES = ['show_accept', 'read_accept', 'sign'] as const;
export type AttachmentType = (typeof ATTACHMENT_TYPES)[number];

const optional = Type.Optional;

const fileName = Text({ minLength: 3, maxLength: 100, description: 'Name with the extension .pdf.' });
const title = Text({ minLength: 1, maxLength: 300, description: 'Title, as signers see it.' });
const data = Base64({
  description: 'The file. In answers it is empty, but when one attachment is read with a token for files.',
});
const description = Text({ maxLength: 5000, description: 'Text, as signers see it.' });
const convertToPdf = Type.Boolean({
  default: false,
  description: 'Converts .doc, .docx, .odt, .ott, .rtf and .txt to PDF.',
});
const signers = Type.Array(Guid(), { maxItems: 20, description: 'Ids of the signers who get it; none: all.' });
const type = stringEnum(ATTACHMENT_TYPES, {
  description:
    'What a signer must do: open it (show_accept, which is the default), read it to the end and say so (read_accept), or sign it too (sign).',
});

export const AttachmentRequestWrapper = Type.Object({
  fileName,
  title,
  data,
  description: optional(description),
  convertToPdf: optional(convertToPdf),
  signers: optional(signers),
  type: optional(type),
});
export type AttachmentRequestWrapper = Static<typeof AttachmentRequestWrapper>;

export const UpdateAttachmentRequestWrapper = Type.Partial(AttachmentRequestWrapper);
export type UpdateAttachmentRequestWrapper = Static<typeof UpdateAttachmentRequestWrapper>;

export const AttachmentResponse = Type.Object({
  id: Guid({ description: 'Id of the attachment.' }),
  fileName: Type.String({ description: 'Name of the file.' }),
  title: Type.String({ description: 'Title, as signers see it.' }),
  data,
  description: optional(Type.String({ description: 'Text, as signers see it.' })),
  convertToPdf,
  signers,
  type,
});
export type AttachmentResponse = Static<typeof AttachmentResponse>;

export const AttachmentListItem = Type.Object({
  id: Guid({ description: 'Id of the attachment.' }),
  title: Type.String({ description: 'Title, as signers see it.' }),
  description: optional(Type.String({ description: 'Text, as signers see it.' })),
  type,
  fileName: Type.String({ description: 'Name of the file.' }),
});
export type AttachmentListItem = Static<typeof AttachmentListItem>;

export const AttachmentPath = Type.Object({
  documentId: Guid({ description: 'Id of the document.' }),
  attachmentId: Guid({ description: 'Id of the attachment.' }),
});
export type AttachmentPath = Static<typeof AttachmentPath>;

export const AttachmentSignerPath = Type.Object({
  ...AttachmentPath.properties,
  signerId: Guid({ description: 'Id of the signer.' }),
});
export type AttachmentSignerPath = Static<typeof AttachmentSignerPath>;
