import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { signAt } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe.each(['embedded', 'postgresql'] as const)('messages of a document, at a running server (%s)', (kind) => {
  let segl: SeglProcess;
  let api: ApiClient;

  beforeAll(async () => {
    segl = await startSegl({ kind });
    api = await connect(segl);
  });
  afterAll(() => segl?.remove());

  it('request, reminder by hand, receipt, and the completed document to somebody else too', async () => {
    const request = documentRequest(await sampleContract(), {
      notification: {
        reminder: { chronSchedule: '0 0 9 ? * MON-FRI' },
        finalReceipt: { includeSignedFile: true, additionalRecipients: [{ email: 'archive@example.org' }] },
      },
    });
    const [signer] = request.signers as Record<string, unknown>[];
    signer!.signerInfo = { email: 'kari@example.org' };
    signer!.notifications = {
      setup: { request: 'sendEmail', reminder: 'sendEmail', signatureReceipt: 'sendEmail', finalReceipt: 'sendEmail' },
    };
    const created = await api.request('POST', '/signature/documents', request);
    expect(created.status).toBe(201);
    const path = `/signature/documents/${created.body.documentId}/notifications`;
    const log = async () =>
      ((await api.request('GET', path)).body as Record<string, string>[]).map(
        ({ status, receiver, title }) => `${status} ${receiver} ${title}`,
      );
    const reminded = await api.request('POST', `${path}/reminder`, { notificationSetting: 'sendEmail', signers: null });
    expect([reminded.status, reminded.body]).toEqual([200, { notificationSetting: 'sendEmail' }]);
    await expect.poll(log, { timeout: 20_000 }).toHaveLength(2);
    await signAt(created.body.signers[0].url);
    await expect
      .poll(async () => (await log()).sort(), { timeout: 25_000 })
      .toEqual(
        [
          'SENT kari@example.org Test account asks you to sign “Lease agreement”',
          'SENT kari@example.org Reminder: Test account waits for you to sign “Lease agreement”',
          'SENT kari@example.org You have signed “Lease agreement”',
          'SENT kari@example.org “Lease agreement” is signed',
          'SENT archive@example.org “Lease agreement” is signed',
        ].sort(),
      );
    const inbox = await (await fetch(`${segl.url}/test/inbox`)).text();
    expect(inbox).toContain('archive@example.org');
  });

  it('a reminder by schedule follows the test clock, and who was asked hears of the end', async () => {
    const request = documentRequest(await sampleContract(), {
      notification: { reminder: { chronSchedule: '0 0 9 * * ?', maxReminders: 1 } },
    });
    const [signer] = request.signers as Record<string, unknown>[];
    signer!.signerInfo = { email: 'ola@example.org' };
    signer!.notifications = { setup: { request: 'sendEmail', reminder: 'sendEmail', canceled: 'sendEmail' } };
    const { documentId } = (await api.request('POST', '/signature/documents', request)).body;
    const titles = async () =>
      ((await api.request('GET', `/signature/documents/${documentId}/notifications`)).body as Record<string, string>[])
        .filter(({ status }) => status === 'SENT')
        .map(({ title }) => title);
    await expect.poll(titles, { timeout: 20_000 }).toHaveLength(1);
    for (const _day of [1, 2]) {
      expect((await api.request('POST', '/test/clock', { advanceSeconds: 86_400 })).status).toBe(200);
      await expect.poll(titles, { timeout: 20_000 }).toHaveLength(2);
    }
    expect((await api.request('POST', `/signature/documents/${documentId}/cancel`)).status).toBe(200);
    await expect
      .poll(titles, { timeout: 20_000 })
      .toEqual([
        'Test account asks you to sign “Lease agreement”',
        'Reminder: Test account waits for you to sign “Lease agreement”',
        'Test account has cancelled “Lease agreement”',
      ]);
  });
});
