import { connect, documentRequest } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { KARI, openSignUrl, type Signer } from '@segl/test-kit/signer';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `SEGL_TEST_DOCUMENTS=500` for a thousand signatures at one moment. */
const DOCUMENTS = Number(process.env.SEGL_TEST_DOCUMENTS ?? 20);
const PACKAGED_WITHIN_MS = 120_000 + DOCUMENTS * 2_000;

describe.each(['embedded', 'postgresql'] as const)('many signers at once on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    [segl, receiver] = await Promise.all([
      startSegl({ kind, environment: { SEGL_THROTTLE: 'off' } }),
      startWebhookReceiver(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([segl?.remove(), receiver?.close()]);
  });

  it(`completes and packages each of ${DOCUMENTS} documents once when two signers of each sign at the same moment`, {
    timeout: 240_000 + DOCUMENTS * 6_000,
  }, async () => {
    const api = await connect(segl);
    const contract = await sampleContract();
    await api.request('POST', '/notification/webhooks', {
      name: 'Many',
      active: true,
      events: ['*'],
      config: { url: receiver.url },
    });
    const documents = await Promise.all(
      Array.from({ length: DOCUMENTS }, async () => {
        const created = await api.request(
          'POST',
          '/signature/documents',
          documentRequest(contract, {}, ['kari', 'ola1']),
        );
        expect(created.status).toBe(201);
        return created.body as { documentId: string; signers: { url: string }[] };
      }),
    );
    const acts = documents.flatMap(({ signers }) => signers.map((signer) => signer.url));
    const ready: { signer: Signer; attemptId: string }[] = [];
    for (const url of acts) {
      const signer = await openSignUrl(url);
      const attempt = await signer.start();
      await signer.passEid(attempt.url, { nationalNumber: KARI });
      ready.push({ signer, attemptId: attempt.attemptId });
    }
    // All at once, and each twice, as an impatient person's double click would do.
    const answers = await Promise.all(
      ready.flatMap(({ signer, attemptId }) => [signer.complete(attemptId), signer.complete(attemptId)]),
    );
    expect(answers.map((answer) => answer.body.outcome)).toEqual(Array(DOCUMENTS * 4).fill('signed'));

    for (const { documentId } of documents) {
      await receiver.waitFor('document_packaged', documentId, PACKAGED_WITHIN_MS);
      const ids = (type: string) =>
        new Set(
          receiver.received
            .filter(({ event }) => event.type === type && event.payload.documentId === documentId)
            .map(({ event }) => event.id),
        ).size;
      expect([ids('document_partially_signed'), ids('document_signed'), ids('document_packaged')]).toEqual([2, 1, 1]);
      const summary = await api.request('GET', `/signature/documents/${documentId}/summary`);
      expect(summary.body).toMatchObject({ currentSignatures: 2, requiredSignatures: 2 });
      const { documentStatus, completedPackages } = summary.body.status;
      expect([documentStatus, completedPackages.toSorted()]).toEqual(['signed', ['pades', 'standard_packaging']]);
    }
  });
});
