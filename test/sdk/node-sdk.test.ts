import {
  type DocumentCreateOptions,
  IdfyClient,
  IdfyConfiguration,
  type WebhookCreateOptions,
  type WebhookUpdateOptions,
} from '@idfy/sdk';
import { documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { signAt } from '@segl/test-kit/signer';
import { startWebhookReceiver, type WebhookReceiver } from '@segl/test-kit/webhook-receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The public Node client, `@idfy/sdk`, as npm has it: nothing is changed but the address that it calls. */
describe.each(['embedded', 'postgresql'] as const)(
  'oauth.md 11.2, SDK acceptance: the unmodified Node client on the %s database',
  (kind) => {
    const scopes = ['document_read', 'document_write', 'document_file', 'event'];
    let segl: SeglProcess;
    let receiver: WebhookReceiver;
    let client: IdfyClient;
    let original: Buffer;

    beforeAll(async () => {
      [segl, receiver, original] = await Promise.all([startSegl({ kind }), startWebhookReceiver(), sampleContract()]);
      IdfyConfiguration.baseUrl = segl.url;
      client = new IdfyClient(segl.client.clientId, segl.client.clientSecret, scopes);
    });
    afterAll(async () => {
      await Promise.all([segl?.remove(), receiver?.close()]);
    });

    const options = (changes = {}) => documentRequest(original, changes) as unknown as DocumentCreateOptions;
    const refusal = (call: Promise<unknown>) =>
      call.then(
        () => undefined,
        (error: { statusCode: number; body: { code: string }; requestId: string }) => error,
      );

    it('gets a token and does the main job: creates, follows, has it signed and downloads', async () => {
      const created = await client.signature.createDocument(options({ title: 'Leieavtale & bilag' }));
      const documentId = created.documentId!;
      expect(created).toMatchObject({ title: 'Leieavtale & bilag', status: { documentStatus: 'unsigned' } });
      expect(await client.signature.getDocument(documentId)).toMatchObject({
        documentId,
        externalId: created.externalId,
      });
      expect(await client.signature.getDocumentSummary(documentId)).toMatchObject({
        documentId,
        requiredSignatures: 1,
      });
      const unsigned = await client.signature.getFile(documentId, 'unsigned');
      expect(Buffer.isBuffer(unsigned) && unsigned.equals(original)).toBe(true);

      await signAt(created.signers![0]!.url!);
      const status = () => client.signature.getDocumentStatus(documentId);
      await expect.poll(async () => (await status()).completedPackages, { timeout: 30_000 }).toContain('pades');
      expect((await status()).documentStatus).toBe('signed');
      const signed = await client.signature.getFile(documentId, 'pades');
      expect(signed.subarray(0, original.length).equals(original)).toBe(true);
      expect(signed.length).toBeGreaterThan(original.length);
    });

    it('lists summaries: words with spaces as they are, dates, a page size, and no offset for the first page', async () => {
      const title = 'Two words, one comma';
      const ids = [];
      for (let n = 0; n < 3; n++) ids.unshift((await client.signature.createDocument(options({ title }))).documentId);
      const since = new Date(Date.now() - 3_600_000);
      const list = (offset: number, limit: number) =>
        client.signature.listDocumentSummaries(
          ...[undefined, undefined, undefined, since, undefined, undefined, undefined, undefined, title],
          ...([undefined, undefined, offset, limit] as const),
        );
      const [first, second] = [await list(0, 2), await list(2, 2)];
      expect([first.offset, first.limit, first.size, second.offset, second.size]).toEqual([0, 2, 3, 2, 3]);
      expect([...first.data!, ...second.data!].map(({ documentId }) => documentId)).toEqual(ids);
    });

    it('manages webhooks; bodiless requests and answers do no harm', async () => {
      const wanted = {
        name: 'Flow',
        active: true,
        events: ['*'],
        config: { url: receiver.url, secret: 'a-secret-of-mine' },
      };
      const made = await client.notification.createWebhook(wanted as WebhookCreateOptions);
      const id = made.id!;
      expect(await client.notification.getWebhook(id)).toMatchObject({ id, name: 'Flow', active: true });
      const updated = await client.notification.updateWebhook(id, { name: 'Flow 2' } as WebhookUpdateOptions);
      expect(updated).toMatchObject({ id, name: 'Flow 2', events: ['*'] });
      expect((await client.notification.listWebhooks()).map((one) => one.id)).toEqual([id]);
      await client.notification.pingWebhook(id);
      await receiver.waitFor('ping');
      expect(await client.notification.listWebhookDeliveries(id)).toEqual(expect.any(Array));
      await client.notification.deleteWebhook(id);
      expect(await client.notification.listWebhooks()).toEqual([]);
    });

    it('refusals arrive with status, code and request id', async () => {
      const unknown = await refusal(client.signature.getDocument('01a1d42f-d266-746b-837c-f5ddc0e0268b'));
      expect([unknown?.statusCode, unknown?.body.code]).toEqual([404, 'document_not_found']);
      expect(unknown?.requestId).toMatch(/^[0-9a-f]{32}$/);
      const invalid = await refusal(client.signature.createDocument(options({ dataToSign: { fileName: 'x.pdf' } })));
      expect([invalid?.statusCode, invalid?.body.code]).toEqual([400, 'validation_failed']);
    });
  },
);
