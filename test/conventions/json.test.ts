import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type ApiAnswer, type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { signAt } from '@segl/test-kit/signer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

interface Schema {
  type?: string | string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
}

/** Bodies, their names and their values, on one server. */
describe('JSON of the API', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let schemas: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  /** A signed document with its file. */
  let documentId: string;

  beforeAll(async () => {
    segl = await startSegl();
    api = await connect(segl);
    schemas = (await api.request('GET', '/openapi.json')).body.paths;
    const request = documentRequest(await sampleContract());
    const created = await api.request('POST', '/signature/documents', request);
    documentId = created.body.documentId;
    await signAt(created.body.signers[0].url);
    const status = () => api.request('GET', `/signature/documents/${documentId}/status`);
    await vi.waitUntil(async () => (await status()).body.completedPackages.includes('pades'), 60_000);
  });
  afterAll(() => segl?.remove());

  const answerSchema = (method: string, path: string, status = 200) =>
    schemas[path]![method.toLowerCase()]!.responses[status]!.content!['application/json']!.schema;
  const webhook = (changes: object = {}) =>
    api.request('POST', '/notification/webhooks', {
      name: 'x',
      active: false,
      events: ['*'],
      config: { url: 'http://127.0.0.1:8443/in' },
      ...changes,
    });
  async function client(): Promise<ApiAnswer> {
    return await api.request('POST', '/admin/oauthclient', { ClientName: 'Loans', AllowedScopes: ['event'] });
  }

  /** Without the unpacking that `fetch` does by itself. */
  async function raw(path: string, headers: Record<string, string>) {
    const sent = httpRequest(segl.url + path, { headers: { authorization: `Bearer ${api.token}`, ...headers } });
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { headers: answer.headers, bytes: Buffer.concat(chunks) };
  }

  it.each(['application/xml', 'text/html', 'application/json;q=0', 'image/*', '*/*', 'nonsense'])(
    'CT-3: Accept: %s is answered with JSON',
    async (accept) => {
      for (const [method, path] of [
        ['GET', '/notification/webhooks'],
        ['GET', '/admin/oauthclient/list'],
        ['GET', '/notification/webhooks/999999'],
        ['POST', '/signature/documents'],
      ] as const) {
        const answer = await api.request(method, path, undefined, { accept });
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect([200, 400, 404]).toContain(answer.status);
      }
    },
  );

  it.each([
    ['application/xml', '<document/>'],
    ['application/x-www-form-urlencoded', 'title=a'],
  ])('CT-3: %s, which the contract lists too, is no body of the API', async (type, body) => {
    const answer = await api.request('POST', '/signature/documents', body, { 'content-type': type });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });

  it('HD-3: JSON is compressed at most for a client that accepts it, and files never are, nor are they in chunks', async () => {
    const plain = await raw('/signature/documents/summary', {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(plain.bytes.toString('utf8')).size).toBe(1);
    const path = `/signature/documents/${documentId}/files?fileFormat=pades`;
    for (const encoding of ['identity', 'gzip', 'gzip, deflate, br, zstd']) {
      const file = await raw(path, { 'accept-encoding': encoding });
      expect(file.headers['content-encoding']).toBeUndefined();
      expect(file.headers['transfer-encoding']).toBeUndefined();
      expect(file.headers['content-length']).toBe(String(file.bytes.length));
      expect(file.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    }
  });

  it('JS-1: outside of the PascalCase groups every name is camelCase', () => {
    const names = Object.entries(schemas)
      .filter(([path]) => !/^\/(admin|identification|information)\//.test(path))
      .flatMap(([, verbs]) => Object.values(verbs))
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ content }) => namesIn(content?.['application/json']?.schema ?? {}));
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
  });

  it('JS-1: /admin answers with the names of the contract and null for what has no value', async () => {
    const made = await client();
    const members = Object.keys(answerSchema('GET', '/admin/oauthclient/{clientId}').properties!);
    expect(members).toEqual(expect.arrayContaining(['ClientId', 'AllowedScopes', 'LastUsed']));
    for (const answer of [made, await api.request('GET', `/admin/oauthclient/${made.body.ClientId}`)]) {
      expect(Object.keys(answer.body).sort()).toEqual([...members].sort());
      expect(answer.body).toMatchObject({ LastUsed: null, LastUsedAddress: null, Claims: [], AllowedCorsOrigins: [] });
      expect(answer.body.ClientSecrets[0].Expiration).toBeNull();
    }
  });

  it.each([
    ['X-Idfy-SDK with nothing but a version', { 'x-idfy-sdk': '1.3.0' }, true],
    ['X-Segl-Json-Case: camel', { 'x-segl-json-case': 'camel' }, true],
    ['X-Idfy-SDK with a name', { 'x-idfy-sdk': 'Node 1.0.0-beta.3' }, false],
    ['no header', {}, false],
  ] as [string, Record<string, string>, boolean][])('JS-1: a caller with %s', async (_what, headers, camel) => {
    const { body } = await client();
    const names = (name: string) => (camel ? name[0]!.toLowerCase() + name.slice(1) : name);
    const got = await api.request('GET', `/admin/oauthclient/${body.ClientId}`, undefined, headers);
    expect(got.status).toBe(200);
    expect(got.body).toEqual(renamed({ ...body, ClientSecrets: [{ ...body.ClientSecrets[0], Value: null }] }, names));
    const list = await api.request('GET', '/admin/oauthclient/list', undefined, headers);
    expect(list.body[0]).toHaveProperty(names('ClientId'));
    const document = await api.request('GET', `/signature/documents/${documentId}`, undefined, headers);
    expect(document.body).toHaveProperty('documentId', documentId);
  });

  it('JS-1: that client sends [] for each list it did not touch, and loses none', async () => {
    const made = await api.request('POST', '/admin/oauthclient', {
      ClientName: 'Java',
      AllowedScopes: ['event'],
      Claims: [{ Type: 'branch', Value: 'Oslo' }],
    });
    const update = (headers: Record<string, string>) =>
      api.request(
        'PUT',
        '/admin/oauthclient',
        { clientId: made.body.ClientId, clientName: 'Java 2', claims: [], allowedScopes: [], clientSecrets: [] },
        headers,
      );
    const kept = await update({ 'x-idfy-sdk': '1.3.0' });
    expect(kept.body).toMatchObject({
      clientName: 'Java 2',
      claims: [{ type: 'branch', value: 'Oslo' }],
      allowedScopes: ['event'],
      clientSecrets: [{ description: 'secret-1' }],
    });
    const emptied = await update({});
    expect(emptied.body).toMatchObject({ Claims: [], AllowedScopes: [], ClientSecrets: [] });
  });

  it.each([{}, { 'x-segl-json-case': 'camel' }] as Record<string, string>[])(
    'JS-1: errors are camelCase everywhere, for %j',
    async (headers) => {
      const refused = await api.request(
        'POST',
        '/admin/oauthclient',
        { ClientSecrets: [{ Type: 'Password' }] },
        headers,
      );
      expect(refused.status).toBe(400);
      expect(Object.keys(refused.body)).toEqual([
        'message',
        'code',
        'errorMessage',
        'errorCode',
        'requestId',
        'errors',
      ]);
      expect(refused.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
        'clientName',
        'clientSecrets[0].type',
      ]);
    },
  );

  it('JS-5: no null, and every list, dictionary, flag and counter of what is answered', async () => {
    const hook = await webhook();
    for (const [path, template] of [
      [`/signature/documents/${documentId}`, '/signature/documents/{documentId}'],
      [`/signature/documents/${documentId}/summary`, '/signature/documents/{documentId}/summary'],
      [`/signature/documents/${documentId}/status`, '/signature/documents/{documentId}/status'],
      ['/signature/documents/summary', '/signature/documents/summary'],
      ['/notification/webhooks', '/notification/webhooks'],
      [`/notification/webhooks/${hook.body.id}`, '/notification/webhooks/{id}'],
      [`/notification/webhooks/${hook.body.id}/deliveries`, '/notification/webhooks/{id}/deliveries'],
    ] as const) {
      const { body, bytes } = await api.request('GET', path);
      expect(bytes.toString('utf8'), path).not.toMatch(/:null[,}]/);
      expect(omitted(answerSchema('GET', template), body), path).toEqual([]);
    }
  });

  it('JS-5: a request that leaves members of its objects out gets their defaults answered', async () => {
    const request = documentRequest(await sampleContract(), {
      advanced: { security: {}, timeToLive: {} },
      notification: {},
    }) as Record<string, unknown>;
    Object.assign((request.signers as object[])[0]!, { ui: {}, signerInfo: {}, authentication: {} });
    const created = await api.request('POST', '/signature/documents', request);
    expect(created.status).toBe(201);
    expect(omitted(answerSchema('GET', '/signature/documents/{documentId}'), created.body)).toEqual([]);
  });

  it('JS-7: an enum value outside of the list answers 400 enum with the allowed values', async () => {
    const request = documentRequest(await sampleContract()) as { signers: Record<string, object>[] };
    request.signers[0]!.redirectSettings = { redirectMode: 'teleport' };
    request.signers[0]!.signatureType = { mechanism: 3 };
    const refused = await api.request('POST', '/signature/documents', request);
    expect(refused.status).toBe(400);
    const [mode] = refused.body.errors.filter((one: { field: string }) => one.field.endsWith('redirectMode'));
    expect(mode).toMatchObject({ field: 'signers[0].redirectSettings.redirectMode', code: 'enum' });
    for (const allowed of ['donot_redirect', 'redirect', 'iframe_with_webmessaging', 'iframe_with_redirect']) {
      expect(mode.message).toContain(allowed);
    }
    expect(refused.body.errors.map((one: { field: string }) => one.field)).toContain(
      'signers[0].signatureType.mechanism',
    );
    const format = await api.request('GET', `/signature/documents/${documentId}/files?fileFormat=docx`);
    expect(format.body.errors).toMatchObject([{ field: 'fileFormat', code: 'enum' }]);
    expect(format.body.errors[0].message).toContain('pades');
    const event = await webhook({ events: ['document_lost'] });
    expect(event.body.errors).toMatchObject([{ field: 'events[0]', code: 'enum' }]);
    expect(event.body.errors[0].message).toContain('document_signed');
  });

  it('DT-5: the date of birth in documentSignature is ddMMyy, that of Kari in the simulator is 5 December 1989', async () => {
    const { body } = await api.request('GET', `/signature/documents/${documentId}`);
    expect(body.signers[0].documentSignature.dateOfBirth).toBe('051289');
    const summary = await api.request('GET', `/signature/documents/${documentId}/summary`);
    expect(summary.body.documentSignatures[0].dateOfBirth).toBe('051289');
  });
});

function namesIn(schema: Schema): string[] {
  const inner = typeof schema.additionalProperties === 'object' ? namesIn(schema.additionalProperties) : [];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [name, ...namesIn(member)]),
    ...(schema.items ? namesIn(schema.items) : []),
    ...inner,
  ];
}

function renamed(value: unknown, nameOf: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, nameOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [nameOf(name), renamed(item, nameOf)]));
}

/** Members that an answered object lacks although a list, a dictionary, a flag or a counter always has a value. */
function omitted(schema: Schema, value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => omitted(schema.items ?? {}, item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const at = path ? `${path}.${name}` : name;
    const item = (value as Record<string, unknown>)[name];
    if (item !== undefined) return omitted(member, item, at);
    const types = [member.type].flat();
    const always = types.includes('array') || types.includes('boolean') || types.includes('integer');
    return always || (types.includes('object') && member.properties === undefined) ? [at] : [];
  });
}
