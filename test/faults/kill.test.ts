import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import type { DatabaseKind } from '@segl/test-kit/databases';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl, signAt } from '@segl/test-kit/signer';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROUNDS = 20;
/** The window in which the process is killed: a little longer than the act itself takes. */
const SIGNING_WINDOW_MS = 120;
const PACKAGING_WINDOW_MS = 700;

/**
 * `kill -9` at random points. Acknowledged means that the signer's browser was told "signed": such a signature must be
 * there after the restart, lead to exactly one package, and its webhook must arrive at least once.
 */
describe.each(['embedded', 'postgresql'] as const)('kill -9 on the %s database', (kind: DatabaseKind) => {
  let segl: SeglProcess;
  let receiver: WebhookReceiver;
  let contract: Buffer;

  beforeAll(async () => {
    [segl, receiver, contract] = await Promise.all([startSegl({ kind }), startWebhookReceiver(), sampleContract()]);
    const api = await connect(segl);
    const created = await api.request('POST', '/notification/webhooks', {
      name: 'Faults',
      active: true,
      events: ['document_signed', 'document_packaged'],
      config: { url: receiver.url, secret: 'faults-test-secret' },
    });
    expect(created.status).toBe(201);
  });
  afterAll(async () => {
    await Promise.all([segl?.remove(), receiver?.close()]);
  });

  async function create(api: ApiClient): Promise<{ documentId: string; url: string }> {
    const created = await api.request('POST', '/signature/documents', documentRequest(contract));
    expect(created.status).toBe(201);
    return { documentId: created.body.documentId, url: created.body.signers[0].url };
  }

  async function restart(): Promise<ApiClient> {
    await segl.kill();
    await segl.start();
    return connect(segl);
  }

  async function requirePackaged(api: ApiClient, documentId: string): Promise<void> {
    await receiver.waitFor('document_packaged', documentId, 60_000);
    const status = await api.request('GET', `/signature/documents/${documentId}/status`);
    expect(status.body.documentStatus).toBe('signed');
    expect(status.body.completedPackages.toSorted()).toEqual(['native', 'pades', 'standard_packaging']);
    const file = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=pades`);
    expect(file.status).toBe(200);
    expect(file.bytes.subarray(0, contract.length).equals(contract)).toBe(true);
    const packagedEvents = receiver.received.filter(
      ({ event }) => event.type === 'document_packaged' && event.payload.documentId === documentId,
    );
    // Sent again perhaps, but one event: the document was packaged once.
    expect(new Set(packagedEvents.map(({ event }) => event.id)).size).toBe(1);
  }

  it(`loses no acknowledged signature when killed while signing, ${ROUNDS} times`, { timeout: 600_000 }, async () => {
    let api = await connect(segl);
    let acknowledgedCount = 0;
    const documents: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { documentId, url } = await create(api);
      documents.push(documentId);
      const signer = await openSignUrl(url);
      const attempt = await signer.start();
      await signer.passEid(attempt.url);
      let acknowledged = false;
      const completing = signer.complete(attempt.attemptId).then(
        (answer) => {
          acknowledged = answer.body?.outcome === 'signed';
        },
        () => undefined,
      );
      await pause((round / ROUNDS) * SIGNING_WINDOW_MS * (0.5 + Math.random()));
      // What is acknowledged from here on is not waited for: only what the browser has been told counts.
      const known = acknowledged;
      api = await restart();
      await completing;
      const status = await api.request('GET', `/signature/documents/${documentId}/status`);
      const signed = status.body.documentStatus === 'signed';
      if (known || acknowledged) {
        acknowledgedCount += 1;
        expect(signed, `round ${round}: the acknowledged signature is there`).toBe(true);
      }
      // Killed before: the signer comes back with the same link and signs.
      if (!signed) await signAt(url);
    }
    for (const documentId of documents) await requirePackaged(api, documentId);
    expect(acknowledgedCount).toBeGreaterThan(0);
    expect(acknowledgedCount).toBeLessThan(ROUNDS);
  });

  it(`packages every document once when killed while packaging, ${ROUNDS} times`, { timeout: 600_000 }, async () => {
    let api = await connect(segl);
    const documents: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { documentId, url } = await create(api);
      documents.push(documentId);
      await signAt(url);
      await pause(Math.random() * PACKAGING_WINDOW_MS);
      api = await restart();
    }
    for (const documentId of documents) await requirePackaged(api, documentId);
  });
});
