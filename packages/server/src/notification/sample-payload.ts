import { randomBytes } from 'node:crypto';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { EventType } from './contract/event.ts';

const DAY_MS = 24 * 3_600_000;

/** The payload that an event of this type has, with ids that exist nowhere. */
export function samplePayload(type: EventType, now: Date, publicUrl: string): Record<string, unknown> {
  const document = { documentId: uuidv7(now), externalDocumentId: 'mock-document' };
  const signer = { id: uuidv7(now), externalSignerId: 'mock-signer' };
  const signature = {
    ...signer,
    fullName: 'Nordmann, Kari',
    signedTime: now.toISOString(),
    dateOfBirth: '1984-06-02',
    signatureMethod: 'no_bankid_netcentric',
    signatureMethodUniqueId: '9578-6000-4-000000',
  };
  const client = { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X)', ipAddress: '2001:db8::42' };
  const form = {
    schemaId: document.documentId,
    schema: 'Sample form',
    formFields: { meterReading: '18204', keysReceived: 'true' },
  };
  const share = { id: uuidv7(now), externalId: 'mock-share' };
  const recipient = { recipientId: uuidv7(now), recipientExternalId: 'mock-recipient' };
  switch (type) {
    case 'document_created':
    case 'document_expired':
    case 'document_before_deleted':
      return document;
    case 'document_canceled':
      return { ...document, message: 'A sample reason' };
    case 'document_deleted':
      return { ...document, message: 'Retention period ended' };
    case 'document_email_opened':
      return { ...document, email: 'kari@example.org', signer };
    case 'document_link_opened':
    case 'document_read':
      return { ...document, ...client, signer };
    case 'document_partially_signed':
      return { ...document, signer: signature };
    case 'document_signed':
      return { ...document, signedTime: signature.signedTime, signers: [signature] };
    case 'document_form_partially_signed':
      return { ...document, ...form, signer: signature };
    case 'document_form_signed':
      return { ...document, ...form, signedTime: signature.signedTime, signers: [signature] };
    case 'document_packaged':
      return {
        ...document,
        downloadUrl: `${publicUrl}/dl/${randomBytes(32).toString('base64url')}`,
        urlExpiresAt: new Date(now.getTime() + DAY_MS).toISOString(),
        checksum: randomBytes(32).toString('hex'),
      };
    case 'resource_created': {
      const resourceId = uuidv7(now);
      return {
        sourceType: 'document',
        sourceId: document.documentId,
        resourceId,
        link: {
          href: `${publicUrl}/resources/${resourceId.replaceAll('-', '')}`,
          rel: 'bankIDApisAmlCurrentAddress',
          contentType: 'application/json',
        },
      };
    }
    case 'share_recipients_authenticated':
    case 'share_recipient_downloaded':
      return { ...share, ...recipient, contentIdList: ['mock-content'] };
    case 'share_created':
    case 'share_downloaded':
    case 'share_expired':
    case 'share_deleted':
      return { ...share, contentIdList: ['mock-content'] };
  }
}
