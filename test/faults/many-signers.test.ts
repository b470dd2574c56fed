import { readFile } from 'node:fs/promises';
import { connect, documentRequest } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl, type Signer } from '@segl/test-kit/signer';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * `SEGL_TEST_DOCUMENTS=500` for a thousand signatures at one moment. They are written by hand: no eID's server, with its limits
 * and time-outs, stands between the moment and the signature.
 */
const DOCUMENTS = Number(process.env.SEGL_TEST_DOCUMENTS ?? 20);
const PACKAGED_WITHIN_MS = 120_000 + DOCUMENTS * 2_000;

describe.each(['embedded', 'postgresql'] as const)('many signers at once on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    [segl, receiver] = await Promise.all([
      startSegl({ kind, environment: { SEGL_THROTTLE: 'off', SEGL_REQUEST_TIMEOUT: '300' } }),
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
    const picture = await readFile(new URL('../flows/handwritten-signature.png', import.meta.url), 'base64');
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
          documentRequest(contract, {
            signers: ['kari', 'ola1'].map((externalSignerId) => ({
              externalSignerId,
              redirectSettings: { redirectMode: 'donot_redirect' },
              signatureType: { mechanism: 'handwritten' },
            })),
          }),
        );
        expect(created.status).toBe(201);
        return created.body as { documentId: string; signers: { url: string }[] };
      }),
    );
    const ready: Signer[] = [];
    for (const { url } of documents.flatMap(({ signers }) => signers)) ready.push(await openSignUrl(url));
    const sign = async (signer: Signer): ReturnType<Signer['call']> => {
      const call = () =>
        signer.call('POST', '/app/v1/sign/handwritten', {
          documentSha256: signer.documentSha256,
          kind: 'typed',
          firstName: 'Kari',
          lastName: 'Nordmann',
          picture,
        });
      // Two thousand at once may wait for longer than a connection is kept: then people try again.
      return call().catch(call).catch(call);
    };
    // All at once, and each twice, as an impatient person's double click would do.
    const answers = await Promise.all(ready.flatMap((signer) => [sign(signer), sign(signer)]));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.outcome ?? body.code}`))).toEqual(
      new Set(['200 signed']),
    );

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
