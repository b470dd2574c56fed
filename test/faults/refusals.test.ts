import { createHmac } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { openSignUrl } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What goes wrong on the main road: each gives its documented error, and nothing is stored. */
describe('refusals', () => {
  let segl: SeglProcess;
  let contract: Buffer;

  beforeAll(async () => {
    [segl, contract] = await Promise.all([startSegl(), sampleContract()]);
  });
  afterAll(() => segl?.remove());

  const filesIn = async (): Promise<string[]> => {
    const entries = await readdir(join(segl.location.dataDir, 'files'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };

  async function create(content: Buffer) {
    const api = await connect(segl);
    return api.request('POST', '/signature/documents', documentRequest(content));
  }

  async function opened() {
    const { body } = await create(contract);
    return {
      documentId: body.documentId as string,
      signer: await openSignUrl(body.signers[0].url),
      url: body.signers[0].url as string,
    };
  }

  it('answers an unknown or altered link like any other unknown page, without telling why', async () => {
    const { url } = await opened();
    const altered = `${url.slice(0, -4)}AAAA`;
    for (const link of [`${segl.url}/start?jwt=nothing`, `${segl.url}/start`, altered]) {
      const answer = await fetch(link);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('"state":"unknown_link"');
    }
    const session = await fetch(`${segl.url}/app/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ signToken: 'nothing' }),
    });
    expect(session.status).toBe(404);
    expect(await session.json()).toMatchObject({ code: 'unknown_link' });
  });

  it.each([
    ['a broken PDF', (pdf: Buffer) => pdf.subarray(0, Math.floor(pdf.length / 2)), 422, 'pdf_not_supported', undefined],
    ['text named .pdf', () => Buffer.from('this is no PDF at all'), 422, 'file_content_mismatch', undefined],
    ['an encrypted PDF', encryptedPdf, 422, 'pdf_not_supported', 'pdf_password'],
    [
      'a PDF of 26 MiB',
      (pdf: Buffer) => Buffer.concat([pdf, Buffer.alloc(26 * 1024 * 1024 - pdf.length)]),
      400,
      'validation_failed',
      'max_length',
    ],
  ] as const)('refuses %s and stores nothing', async (_what, make, status, code, fieldCode) => {
    const before = await filesIn();
    const answer = await create(make(contract));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.errors[0].field).toBe('dataToSign.base64Content');
    if (fieldCode) expect(answer.body.errors[0].code).toBe(fieldCode);
    expect(await filesIn()).toEqual(before);
  });

  it('refuses a request that is larger than any document may be', async () => {
    const before = await filesIn();
    // The server answers before it has read everything and hangs up: a client that is still sending may miss the answer.
    let answer: Awaited<ReturnType<typeof create>> | undefined;
    for (let tries = 0; tries < 5 && !answer; tries++) {
      answer = await create(Buffer.alloc(30 * 1024 * 1024)).catch(() => undefined);
    }
    expect([answer?.status, answer?.body.code]).toEqual([413, 'payload_too_large']);
    expect(await filesIn()).toEqual(before);
  });

  it('refuses an unknown client and a wrong secret in the same words', async () => {
    const token = (clientId: string, secret: string) =>
      fetch(`${segl.url}/oauth/connect/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret }),
      });
    const unknown = await token(`t${'0'.repeat(32)}`, segl.client.clientSecret);
    const wrong = await token(segl.client.clientId, 'f'.repeat(64));
    const [first, second] = [await unknown.json(), await wrong.json()] as Record<string, string>[];
    expect([unknown.status, wrong.status]).toEqual([401, 401]);
    expect(first).toMatchObject({ error: 'invalid_client', code: 'invalid_client' });
    expect({ ...first, requestId: '' }).toEqual({ ...second, requestId: '' });
  });

  it('refuses an expired, a foreign and a missing token', async () => {
    const api = await connect(segl);
    const [, claims = ''] = api.token.split('.');
    const expired = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), exp: 1 };
    const forged = [{ alg: 'HS256', typ: 'at+jwt' }, expired]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createHmac('sha256', 'guess').update(forged).digest('base64url');
    const call = (authorization?: string) =>
      fetch(`${segl.url}/signature/documents/019f0000-0000-7000-8000-000000000000`, {
        headers: authorization ? { authorization } : {},
      });
    const answers = [await call(`Bearer ${forged}.${signature}`), await call(), await call('Basic abc')];
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
    const codes = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { code: string }).code));
    expect(codes).toEqual(['invalid_token', 'missing_token', 'missing_token']);
    expect(answers.every((answer) => answer.headers.get('www-authenticate')?.startsWith('Bearer'))).toBe(true);
  });

  it.each([
    ['a wrong one-time code', { oneTimeCode: 'wrong' }],
    ['a wrong password', { password: 'wrong' }],
  ])('tells the signer of %s in the eID own words and keeps the document open', async (_what, credentials) => {
    const { documentId, signer } = await opened();
    const { attemptId, url } = await signer.start();
    await signer.passEid(url, credentials);
    const done = await signer.complete(attemptId);
    expect(done.body).toMatchObject({ outcome: 'failed', errorCode: 'SA-1012' });
    expect(done.body.eidErrorCode).toBeTruthy();
    const api = await connect(segl);
    const summary = await api.request('GET', `/signature/documents/${documentId}/summary`);
    expect(summary.body).toMatchObject({
      currentSignatures: 0,
      documentSignatures: [],
      status: { documentStatus: 'unsigned' },
    });
    // The person tries again in the same session, rightly.
    const again = await signer.start();
    await signer.passEid(again.url);
    expect((await signer.complete(again.attemptId)).body.outcome).toBe('signed');
  });
});

/** A one-page PDF whose trailer asks for a password (RC4, 128 bits) that nobody knows. */
function encryptedPdf(): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>',
    `<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <${'ab'.repeat(32)}> /U <${'cd'.repeat(32)}> >>`,
  ];
  let pdf = '%PDF-1.6\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = pdf.length;
  pdf += `xref\n0 5\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`;
  pdf += `trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>] >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(pdf, 'latin1');
}
