import Type, { type Static } from 'typebox';
import { Text } from '../../kernel/contract/primitives.ts';
import { Advanced, ContactDetails } from './document.ts';
import { Notification } from './notification-settings.ts';

const { Optional } = Type;

const title = Text({ minLength: 0, maxLength: 300, description: 'Title, as signers see it.' });
const others = {
  description: Optional(Text({ maxLength: 5000, description: 'Text, as signers see it.' })),
  notification: Optional(Notification),
  advanced: Optional(Advanced),
};

/** What can be changed of a document; externalId, dataToSign and signers never through this. */
export const UpdateDocumentRequestWrapper = Type.Object({
  title: Optional(title),
  contactDetails: Optional(
    Type.Object(
      { ...ContactDetails.properties, email: Optional(ContactDetails.properties.email) },
      { description: 'Whom signers can ask.' },
    ),
  ),
  ...others,
});
export type UpdateDocumentRequestWrapper = Static<typeof UpdateDocumentRequestWrapper>;

/** The same as it is stored: what is required cannot be removed. */
export const UpdatableDocument = Type.Object({ title, contactDetails: ContactDetails, ...others });
export type UpdatableDocument = Static<typeof UpdatableDocument>;

export const CancelQuery = Type.Object({
  reason: Optional(
    Text({
      maxLength: 1000,
      description: 'Told to the account’s own receivers of the event, and to signers where the account wants that.',
    }),
  ),
});
export const DeleteQuery = Type.Object({
  reason: Optional(Text({ maxLength: 1000, description: 'Told in the event document_deleted.' })),
});
