import { documentRequest } from '@segl/test-kit/api-client';
import { pdfText } from '@segl/test-kit/judges';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { signAt } from '@segl/test-kit/signer';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PdfName } from '../../packages/ades/src/pdf/objects.ts';
import { walkPages } from '../../packages/ades/src/pdf/page-tree.ts';
import { openPdf } from '../../packages/ades/src/pdf/pdf-file.ts';
import { ApiUser, operate } from '../oauth/api-user.ts';

const SCOPES = 'document_read document_write document_file event oauth_write';

/** One instance and one account with a client in each environment. */
describe('environments', () => {
  const environment = { SEGL_TRUSTED_PROXIES: '127.0.0.0/8,::1/128', SEGL_THROTTLE: 'off' };
  let segl: SeglProcess;
  let user: ApiUser;
  let accountId: string;
  let test: { clientId: string; token: string };
  let prod: { clientId: string; token: string };

  beforeAll(async () => {
    segl = await startSegl({ kind: 'postgresql', environment });
    user = new ApiUser(segl.url, { 'x-forwarded-proto': 'https' });
    accountId = (await operator('create-account', '--name', 'Nordbank')).accountId!;
    [test, prod] = [await clientOf('test'), await clientOf('prod')];
  });
  afterAll(() => segl?.remove());

  const operator = (...command: string[]) =>
    operate(
      { ...environment, SEGL_DATABASE_URL: segl.location.url!, SEGL_DATA_DIR: segl.location.dataDir },
      ...command,
    );
  async function clientOf(name: string) {
    const made = await operator(
      ...['create-client', '--account', accountId, '--environment', name, '--name', name, '--scopes', SCOPES],
    );
    return { clientId: made.clientId!, token: await user.token(made.clientId!, made.clientSecret!) };
  }
  const both = <T>(call: (token: string) => Promise<T>) => Promise.all([test, prod].map(({ token }) => call(token)));

  it('ENV-1: at one address the client decides, and tokens and answers carry its environment', async () => {
    expect([test, prod].map(({ token }) => decodeJwt(token).environment)).toEqual(['test', 'prod']);
    const answers = await both((token) => user.call(token, 'GET', '/notification/webhooks'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ headers }) => headers.get('x-idfy-environment'))).toEqual(['test', 'prod']);
    expect(answers.map(({ headers }) => headers.get('x-idfy-accountid'))).toEqual([accountId, accountId]);
  });

  it('ENV-1: the environment of a client is fixed at its creation', async () => {
    const made = await user.call(test.token, 'POST', '/admin/oauthclient', { ClientName: 'x', Environment: 'prod' });
    const { ClientId, ClientSecrets } = made.body;
    const changed = { ClientId, ClientName: 'y', Environment: 'prod' };
    expect((await user.call(test.token, 'PUT', '/admin/oauthclient', changed)).status).toBe(200);
    expect(ClientId).toMatch(/^t/);
    const token = await user.token(ClientId, ClientSecrets[0].Value);
    expect(decodeJwt(token).environment).toBe('test');
  });

  it('ENV-3: in test the eID is a simulator and the signed file says TEST on every page', async () => {
    const request = documentRequest(await sampleContract(), {}, ['kari']);
    const created = await user.call(test.token, 'POST', '/signature/documents', request);
    expect(created.status).toBe(201);
    const { documentId, signers } = created.body;
    await signAt(signers[0].url);
    const path = `/signature/documents/${documentId}`;
    await expect
      .poll(async () => (await user.call(test.token, 'GET', `${path}/status`)).body.completedPackages, {
        timeout: 60_000,
      })
      .toContain('pades');
    const file = await fetch(`${segl.url}${path}/files?fileFormat=pades`, {
      headers: { authorization: `Bearer ${test.token}` },
    });
    const signed = Buffer.from(await file.arrayBuffer());
    const pages = (await pdfText(signed)).split('\f').filter((page) => page.trim() !== '');
    const evidence = pages.filter((page) => page.includes('TEST: no legal effect'));
    expect(evidence.length).toBeGreaterThan(0);
    // Pages of the original have the mark as an annotation, which is no text of theirs.
    expect(stamps(signed)).toEqual(Array(pages.length - evidence.length).fill('TEST'));
  });

  it('ENV-3: no simulator in prod: a signature that nobody can give is not asked for', async () => {
    const request = documentRequest(await sampleContract(), {}, ['kari']);
    const named = await user.call(prod.token, 'POST', '/signature/documents', request);
    expect([named.status, named.body.code]).toEqual([402, 'not_in_subscription']);
    Object.assign((request.signers as object[])[0]!, { signatureType: { mechanism: 'pkisignature' } });
    const created = await user.call(prod.token, 'POST', '/signature/documents', request);
    expect([created.status, created.body.code]).toEqual([422, 'no_signature_method_available']);
  });

  it('ENV-3: e-mail goes to the captured inbox', async () => {
    const request = documentRequest(await sampleContract(), {
      notification: { signRequest: { includeOriginalFile: false } },
    });
    Object.assign((request.signers as object[])[0]!, {
      signerInfo: { email: 'kari@example.org', firstName: 'Kari', lastName: 'Nordmann' },
      notifications: { setup: { request: 'sendEmail' } },
    });
    const created = await user.call(test.token, 'POST', '/signature/documents', request);
    expect(created.status).toBe(201);
    const inbox = async () => (await fetch(`${segl.url}/test/inbox`)).text();
    await expect.poll(inbox, { timeout: 20_000 }).toContain('kari@example.org');
  });

  it('ENV-3: limits, restrictions and events are those of prod', async () => {
    const wrong = { title: '', externalId: 'x', signers: [], contactDetails: { email: 'nobody' } };
    const refused = await both((token) => user.call(token, 'POST', '/signature/documents', wrong));
    expect(refused.map(({ status }) => status)).toEqual([400, 400]);
    expect(refused[0]!.body.errors.length).toBeGreaterThan(3);
    expect(refused[1]!.body.errors).toEqual(refused[0]!.body.errors);
    // Reading takes from one bucket of the client: which of several is shown depends on what they were used for before.
    const read = await both((token) => user.call(token, 'GET', '/signature/themes/list/themes'));
    const limits = read.map(({ headers }) => headers.get('ratelimit-limit'));
    expect(limits).toEqual([limits[0], limits[0]]);
    expect(Number(limits[0])).toBeGreaterThan(0);
  });
});

/** What the stamps on the pages of a file say. */
function stamps(pdf: Buffer): string[] {
  const file = openPdf(pdf);
  return [...walkPages(file, file.catalog)]
    .flatMap((page) => file.resolveArray(page.dict.get('Annots')) ?? [])
    .map((item) => file.resolveDict(item)!)
    .filter((annotation) => (annotation.get('Subtype') as PdfName).value === 'Stamp')
    .map((stamp) => (stamp.get('Name') as PdfName).value);
}
