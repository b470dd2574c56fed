import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { launchBrowser, SCREENS } from '@segl/test-kit/browser';
import { pdfsig, pdfText, qpdfCheck } from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl, type Signer, signAt } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Signers and attachments change while a document is open: who is told when, who can sign, and what the file says. */
describe.each(['embedded', 'postgresql'] as const)('a document with attachments, on the %s database', (kind) => {
  let segl: SeglProcess;
  let api: ApiClient;
  let contract: Buffer;

  beforeAll(async () => {
    segl = await startSegl({ kind });
    [api, contract] = await Promise.all([connect(segl), sampleContract()]);
  });
  afterAll(() => segl?.remove());

  const person = (name: string, changes = {}) => ({
    externalSignerId: `signer-${name}`,
    redirectSettings: { redirectMode: 'donot_redirect' },
    signatureType: { mechanism: 'pkisignature', signatureMethods: ['no_bankid_netcentric'] },
    signerInfo: { email: `${name}@example.com` },
    notifications: { setup: { request: 'sendEmail' } },
    ...changes,
  });
  const create = async (changes: Record<string, unknown>) =>
    (await api.request('POST', '/signature/documents', documentRequest(contract, changes))).body;
  const attach = (documentId: string, title: string, changes = {}) =>
    api.request('POST', `/signature/documents/${documentId}/attachments`, {
      fileName: 'rules.pdf',
      title,
      data: contract.toString('base64'),
      ...changes,
    });
  /** How many messages each of these people got; none when the inbox does not name them. */
  async function messagesTo(...names: string[]): Promise<number[]> {
    const { clientId, clientSecret } = segl.client;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const inbox = await (await fetch(`${segl.url}/test/inbox`, { headers: { authorization } })).text();
    return names.map((name) => inbox.split(`${name}@example.com<`).length - 1);
  }
  const untilMessagesTo = (names: string[], counts: number[]) =>
    vi.waitFor(async () => expect(await messagesTo(...names)).toEqual(counts), { timeout: 20_000, interval: 200 });
  /** Everything that earlier events ask for is sent by the time that a later document's request is. */
  async function untilAllIsSent(name: string): Promise<void> {
    await create({ signers: [person(name)] });
    await untilMessagesTo([name], [1]);
  }

  it('asks its signers when the last announced attachment is there, and the new ones when they come', async () => {
    const { documentId, signers } = await create({
      signers: [person('kari'), person('ola', { order: 1 })],
      advanced: { attachments: 2 },
    });
    await attach(documentId, 'House rules');
    await untilAllIsSent('first-barrier');
    expect(await messagesTo('kari', 'ola')).toEqual([0, 0]);

    await attach(documentId, 'Price list');
    await untilMessagesTo(['kari'], [1]);
    const anne = await api.request('POST', `/signature/documents/${documentId}/signers`, person('anne'));
    expect(anne.status).toBe(201);
    await untilMessagesTo(['anne'], [1]);

    // The group of Ola opens when nobody of the one before is left.
    for (const { id } of [signers[0], anne.body]) {
      await api.request('DELETE', `/signature/documents/${documentId}/signers/${id}`).then(async ({ status }) => {
        expect(status).toBe(204);
      });
    }
    await untilMessagesTo(['ola'], [1]);

    // Another address gives another link, and nobody is asked twice.
    const moved = await api.request('PATCH', `/signature/documents/${documentId}/signers/${signers[1].id}`, {
      signerInfo: { email: 'ola-new@example.com' },
    });
    expect(moved.body.url).not.toBe(signers[1].url);
    await untilAllIsSent('second-barrier');
    expect(await messagesTo('kari', 'anne', 'ola', 'ola-new')).toEqual([1, 1, 1, 0]);
  });

  it('is signed after the attachments are accepted, and completes when the last missing signer is deleted', async () => {
    const { documentId, signers } = await create({ signers: [person('per'), person('siv')] });
    const { body: attachment } = await attach(documentId, 'House rules', { type: 'read_accept' });
    await expect(signAt(signers[0].url)).rejects.toThrow('attachments_not_accepted');
    const signer = await openSignUrl(signers[0].url);
    await acceptAttachments(signer);
    const { attemptId, url } = await signer.start();
    await signer.passEid(url);
    expect((await signer.complete(attemptId)).body.outcome).toBe('signed');

    const locked = await api.request('DELETE', `/signature/documents/${documentId}/attachments/${attachment.id}`);
    expect([locked.status, locked.body.code]).toEqual([422, 'document_locked']);
    await api.request('DELETE', `/signature/documents/${documentId}/signers/${signers[1].id}`);
    const status = await vi.waitFor(
      async () => {
        const { body } = await api.request('GET', `/signature/documents/${documentId}/status`);
        expect(body.completedPackages).toContain('pades');
        return body;
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(status).toMatchObject({ documentStatus: 'signed', attachmentPackages: {} });

    const signed = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=pades`);
    const root = Buffer.from(await (await fetch(`${segl.url}/trust/root.cer`)).arrayBuffer());
    const fields = (await pdfsig(signed.bytes, root)).map(({ field, signature }) => [field, signature]);
    expect(fields.slice(0, 2)).toEqual([
      ['Certification', 'Signature is Valid.'],
      ['Signer1', 'Signature is Valid.'],
    ]);
    expect((await qpdfCheck(signed.bytes)).clean).toBe(true);
    const text = await pdfText(signed.bytes);
    for (const step of ['added an attachment', 'opened an attachment', 'accepted an attachment', 'removed a signer']) {
      expect(text).toContain(step);
    }
    const unsigned = `/signature/documents/${documentId}/files/attachments/${attachment.id}?fileFormat=unsigned`;
    expect((await api.request('GET', unsigned)).bytes.equals(contract)).toBe(true);
  });

  it('takes a person from the attachments to the document and on to the eID', async () => {
    const { documentId, signers } = await create({ signers: [person('liv')] });
    await attach(documentId, 'Price list');
    await attach(documentId, 'House rules', { type: 'read_accept' });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: SCREENS.phone, reducedMotion: 'reduce' });
      await page.goto(signers[0].url);
      const overview = page.getByRole('heading', { name: '3 documents need your attention' });
      await overview.waitFor();
      await page.getByRole('button', { name: 'House rules' }).click();
      await page.getByRole('heading', { name: 'House rules' }).waitFor();
      // The browser's own way back does not lead out of the app.
      await page.goBack();
      await overview.waitFor();
      await page.getByRole('button', { name: 'Price list' }).click();
      await page.getByRole('heading', { name: 'Price list' }).waitFor();
      await page.locator('canvas').first().waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: '2 documents need your attention' }).waitFor();
      await page.getByRole('button', { name: 'House rules' }).click();
      await page.getByRole('heading', { name: 'House rules' }).waitFor();
      await page.locator('canvas').first().waitFor();
      await page.keyboard.press('End');
      await page.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'One document needs your attention' }).waitFor();
      await page.getByRole('button', { name: 'the document to sign' }).click();
      await page.getByRole('button', { name: 'Continue to sign' }).click();
      await page.waitForURL(/no-bankid/);
    } finally {
      await browser.close();
    }
  });
});

async function acceptAttachments(signer: Signer): Promise<void> {
  const { body: view } = await signer.call('GET', '/app/v1/session');
  for (const { id, sha256 } of view.attachments) {
    await signer.call('GET', `/app/v1/documents/${id}/content`);
    const body = { contentSha256: sha256, readToEnd: true };
    const accepted = await signer.call('POST', `/app/v1/attachments/${id}/accept`, body);
    if (accepted.status !== 204) throw new Error(`not accepted: ${JSON.stringify(accepted.body)}`);
  }
}
