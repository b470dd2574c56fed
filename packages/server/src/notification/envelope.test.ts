import { expect, it } from 'vitest';
import { DOCUMENT_EVENT_TYPES } from './contract/event-types.ts';
import { cutEnvelopeToIds, serialiseEnvelope } from './envelope.ts';
import { samplePayload } from './sample-payload.ts';

const event = {
  id: '5f3c1d1e-7a0b-4c55-9a5e-0c6f0f4b9d01',
  type: 'document_partially_signed',
  occurredAt: new Date('2026-01-15T09:30:00.000Z'),
  accountId: '0b6f1c9e-2f64-4f0a-8a0e-6c1f2b7d3e55',
  environment: 'test' as const,
  documentId: 'c0a8012e-1111-4222-8333-444455556666',
  payload: {
    documentId: 'c0a8012e-1111-4222-8333-444455556666',
    externalDocumentId: 'contract-1042',
    signer: { id: '7d1f0b52-90a4-4d0e-b7ad-2f9d3b7f1c10', externalSignerId: 'cust-88213', fullName: 'Lie, Ane' },
    note: undefined,
  },
  tags: ['sales'],
};

it('D-1: writes the envelope in the order of the contract, without members that have no value', () => {
  expect(serialiseEnvelope(event)).toBe(
    '{"id":"5f3c1d1e-7a0b-4c55-9a5e-0c6f0f4b9d01","type":"document_partially_signed",' +
      '"timestamp":"2026-01-15T09:30:00.000Z","accountId":"0b6f1c9e-2f64-4f0a-8a0e-6c1f2b7d3e55",' +
      '"payload":{"documentId":"c0a8012e-1111-4222-8333-444455556666","externalDocumentId":"contract-1042",' +
      '"signer":{"id":"7d1f0b52-90a4-4d0e-b7ad-2f9d3b7f1c10","externalSignerId":"cust-88213","fullName":"Lie, Ane"}},' +
      '"tags":["sales"]}',
  );
});

it.each([...DOCUMENT_EVENT_TYPES])('Q-6: leaves nothing but ids of an event of type %s', (type) => {
  const payload = samplePayload(type, event.occurredAt, 'https://api.example.com');
  const cut = JSON.parse(cutEnvelopeToIds(serialiseEnvelope({ ...event, type, payload })));
  const members = (value: object): string[] =>
    Object.entries(value).flatMap(([name, inner]) => [name, ...(typeof inner === 'object' ? members(inner) : [])]);
  const ids = /^(documentId|externalDocumentId|signers?|id|externalSignerId|sourceType|sourceId|resourceId|\d+)$/;
  expect(members(cut.payload).filter((name) => !ids.test(name))).toEqual([]);
  const kept = (name: string) => [name, cut.payload[name]];
  for (const name of Object.keys(payload).filter((one) => /Id$/.test(one) && one !== 'schemaId')) {
    expect(kept(name)).toEqual([name, payload[name]]);
  }
});

it('Q-6: keeps only ids of an erased document and its signers, and the tags that route', () => {
  expect(JSON.parse(cutEnvelopeToIds(serialiseEnvelope(event)))).toEqual({
    id: event.id,
    type: event.type,
    timestamp: '2026-01-15T09:30:00.000Z',
    accountId: event.accountId,
    payload: {
      documentId: event.documentId,
      externalDocumentId: 'contract-1042',
      signer: { id: '7d1f0b52-90a4-4d0e-b7ad-2f9d3b7f1c10', externalSignerId: 'cust-88213' },
    },
    tags: ['sales'],
  });
  const completed = { ...event, payload: { ...event.payload, signer: undefined, signers: [event.payload.signer] } };
  expect(cutEnvelopeToIds(serialiseEnvelope(completed))).not.toContain('Ane');
});
