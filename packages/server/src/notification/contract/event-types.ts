/** What happens to documents and add-on resources, in alphabetical order. */
export const DOCUMENT_EVENT_TYPES = [
  'document_before_deleted',
  'document_canceled',
  'document_created',
  'document_deleted',
  'document_email_opened',
  'document_expired',
  'document_form_partially_signed',
  'document_form_signed',
  'document_link_opened',
  'document_packaged',
  'document_partially_signed',
  'document_read',
  'document_signed',
  'resource_created',
] as const;

/** What happens to secure shares; raised only for accounts that have the product. */
export const SHARE_EVENT_TYPES = [
  'share_created',
  'share_deleted',
  'share_downloaded',
  'share_expired',
  'share_recipient_downloaded',
  'share_recipients_authenticated',
] as const;

/** Stands for all types, also for those that are added later. */
export const EVERY_EVENT = '*';

/** Sent to a webhook when it is created or pinged; never stored and never subscribed to. */
export const PING = 'ping';

/** What people read of a type: its name, and one sentence. */
export const EVENT_TYPE_TEXTS: Record<
  (typeof DOCUMENT_EVENT_TYPES | typeof SHARE_EVENT_TYPES)[number],
  { name: string; description: string }
> = {
  document_before_deleted: {
    name: 'Document about to be deleted',
    description: 'The content of the document is going to be erased, usually in 24 hours.',
  },
  document_canceled: { name: 'Document canceled', description: 'The account called the document off.' },
  document_created: { name: 'Document created', description: 'A document was stored.' },
  document_deleted: { name: 'Document deleted', description: 'The content of the document was erased.' },
  document_email_opened: {
    name: 'Document email opened',
    description: 'A signer opened a message about the document for the first time.',
  },
  document_expired: {
    name: 'Document expired',
    description: 'The deadline passed before everybody needed had signed.',
  },
  document_form_partially_signed: {
    name: 'Form partially signed',
    description: 'A signer answered the fields of the form and signed.',
  },
  document_form_signed: {
    name: 'Form signed',
    description: 'Everybody needed has signed a document with answered form fields.',
  },
  document_link_opened: { name: 'Document link opened', description: "A signer's link was opened in a browser." },
  document_packaged: { name: 'Document packaged', description: 'All signed files of the document can be fetched.' },
  document_partially_signed: { name: 'Document partially signed', description: 'A signer signed the document.' },
  document_read: { name: 'Document read', description: 'A signer reached the end of the document.' },
  document_signed: { name: 'Document signed', description: 'Everybody needed has signed the document.' },
  resource_created: {
    name: 'Resource created',
    description: 'Additional information that was asked for can be fetched.',
  },
  share_created: { name: 'Share created', description: 'A secure share was made.' },
  share_deleted: { name: 'Share deleted', description: 'A secure share was removed.' },
  share_downloaded: { name: 'Share downloaded', description: 'Every recipient has fetched the content of a share.' },
  share_expired: { name: 'Share expired', description: 'The time of a share ran out.' },
  share_recipient_downloaded: {
    name: 'Share recipient downloaded',
    description: 'A recipient fetched the content of a share.',
  },
  share_recipients_authenticated: {
    name: 'Share recipients authenticated',
    description: 'A recipient proved who they are.',
  },
};
