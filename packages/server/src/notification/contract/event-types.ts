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
