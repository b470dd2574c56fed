import { readFile } from 'node:fs/promises';
import { type ApiAnswer, type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRODUCTS } from '../../packages/server/src/admin/product.ts';
import { listFiles } from '../conformance/repository.ts';
import { onDatabase } from './database.ts';

/** Product of every operation of a group of paths; groups without one belong to every account. */
const PRODUCT_OF_GROUP: Record<string, string | undefined> = {
  signature: 'signature',
  resources: 'signature',
  notification: undefined,
  identification: 'identification',
  admin: undefined,
  test: undefined,
  jwt: undefined,
};

interface Operation {
  method: string;
  /** With ids that nobody has. */
  path: string;
  template: string;
  group: string;
  scopes: string[];
  hasBody: boolean;
  hasIds: boolean;
}

const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

describe('the order of checks, over every operation of the real server', () => {
  let segl: SeglProcess;
  let operations: Operation[];
  const statuses = new Set<number>();

  beforeAll(async () => {
    segl = await startSegl({
      kind: 'postgresql',
      environment: {
        SEGL_PRODUCTS: 'subscription',
        SEGL_SALES_CONTACT: 'sales@segl.example',
        SEGL_THROTTLE: 'off',
        SEGL_MAX_BODY_BYTES: '200000',
      },
    });
    operations = await listOperations(segl.url);
  });
  afterAll(() => segl?.remove());

  async function setProducts(products: readonly string[]): Promise<void> {
    await onDatabase(segl, 'delete from account_products');
    await onDatabase(
      segl,
      'insert into account_products (account_id, product) select id, unnest($1::text[]) from accounts',
      [products],
    );
    // What is known of subscriptions is kept for a minute, in the process.
    await segl.stop();
    await segl.start();
  }

  async function call(api: Pick<ApiClient, 'request'>, method: string, path: string, body?: string, type?: string) {
    const readsOnly = method === 'GET' || method === 'DELETE';
    const answer = await api.request(
      method,
      path,
      readsOnly ? undefined : body,
      type && !readsOnly ? { 'content-type': type } : {},
    );
    statuses.add(answer.status);
    return answer;
  }

  const anonymous = (): Pick<ApiClient, 'request'> => ({
    async request(method, path, body, headers) {
      const answer = await fetch(segl.url + path, {
        method,
        headers: headers ?? {},
        ...(body === undefined ? {} : { body: body as string }),
      });
      return { status: answer.status, headers: answer.headers, body: await answer.json() } as ApiAnswer;
    },
  });

  const XML = '<document/>';

  it('ST-2: there are operations to walk, each of a group whose product is known', () => {
    expect(operations.length).toBeGreaterThan(10);
    for (const { group, template } of operations) expect(group in PRODUCT_OF_GROUP, template).toBe(true);
  });

  it('402: a fresh test account has every product', async () => {
    const rows = await onDatabase<{ product: string }>(segl, 'select product from account_products');
    expect(rows.map((row) => row.product).sort()).toEqual([...PRODUCTS].sort());
  });

  it('RT-7, ST-2: the verb comes first, before the token', async () => {
    for (const template of new Set(operations.map((one) => one.template))) {
      const known = operations.filter((one) => one.template === template);
      for (const verb of VERBS.filter((one) => !known.some(({ method }) => method === one))) {
        const answer = await call(anonymous(), verb, known[0]!.path, XML, 'application/xml');
        expect([template, verb, answer.status, answer.body.code]).toEqual([template, verb, 405, 'method_not_allowed']);
        const allowed = answer.headers.get('allow')!.split(', ');
        expect(allowed).toEqual(expect.arrayContaining(known.map(({ method }) => method)));
        expect(allowed).not.toContain(verb);
      }
    }
  });

  it('ST-2: then the token, the scope and the product, before anything of the body is looked at', async () => {
    await setProducts([]);
    const [all, few] = [await connect(segl), await connect(segl, 'jwt')];
    for (const { method, path, template, scopes, group } of operations) {
      const name = `${method} ${template}`;
      if (scopes.length > 0) {
        const without = await call(anonymous(), method, path, XML, 'application/xml');
        expect([name, without.status, without.body.code]).toEqual([name, 401, 'missing_token']);
        const bad = await call(
          { request: (m, p, b, h) => anonymous().request(m, p, b, { ...h, authorization: 'Bearer nonsense' }) },
          method,
          path,
          XML,
          'application/xml',
        );
        expect([name, bad.status, bad.body.code]).toEqual([name, 401, 'invalid_token']);
        const unscoped = await call(few, method, path, XML, 'application/xml');
        expect([name, unscoped.status, unscoped.body.code]).toEqual([name, 403, 'insufficient_scope']);
        expect(unscoped.headers.get('www-authenticate')).toContain(`scope="${scopes.join(' ')}"`);
      }
      const product = PRODUCT_OF_GROUP[group];
      // Without a token there is no account, and so no subscription to ask.
      if (product === undefined || scopes.length === 0) continue;
      const unsubscribed = await call(all, method, path, XML, 'application/xml');
      expect([name, unsubscribed.status, unsubscribed.body.code]).toEqual([name, 402, 'not_in_subscription']);
      expect(unsubscribed.body.message).toContain(product);
      expect(unsubscribed.body.message).toContain('sales@segl.example');
    }
  });

  it('ST-2: then content type and size, then the JSON, then what it says, then whether the thing exists', async () => {
    await setProducts(PRODUCTS);
    const api = await connect(segl);
    const large = `{"x":"${'x'.repeat(200_000)}"}`;
    for (const { method, path, template, hasBody, hasIds, scopes } of operations) {
      const name = `${method} ${template}`;
      // The token's client does not have the scopes that only an operator or a dealer has.
      const reachable = await call(api, method, path, XML, 'application/xml');
      if (reachable.status === 403 && scopes.length > 0) continue;
      if (method !== 'GET' && method !== 'DELETE') {
        expect([name, reachable.status, reachable.body.code]).toEqual([name, 415, 'unsupported_media_type']);
        const tooLarge = await call(api, method, path, large);
        expect([name, tooLarge.status, tooLarge.body.code]).toEqual([name, 413, 'payload_too_large']);
        const broken = await call(api, method, path, '{"a":');
        expect([name, broken.status, broken.body.code]).toEqual([name, 400, 'invalid_json']);
      }
      if (!hasIds) continue;
      if (hasBody && method === 'POST') continue;
      const unknown = await call(api, method, path, method === 'PUT' ? undefined : '{}');
      // A required parameter of the query may be missing, which comes before existence too.
      expect([name, [400, 404].includes(unknown.status)]).toEqual([name, true]);
    }
    const patch = operations.find((one) => one.template === '/notification/webhooks/{id}' && one.method === 'PATCH')!;
    const invalid = await call(api, 'PATCH', patch.path, '{"name":5,"config":{"url":"ftp://x"}}');
    expect([invalid.status, invalid.body.errors.map((one: { field: string }) => one.field).sort()]).toEqual([
      400,
      ['config.url', 'name'],
    ]);
    expect((await call(api, 'PATCH', patch.path, '{"name":"x"}')).status).toBe(404);
    const removing = await call(api, 'PATCH', patch.path, '{"name":null}', 'application/merge-patch+json');
    expect([removing.status, removing.body.errors[0]]).toMatchObject([400, { field: 'name', code: 'required' }]);
  });

  it('ST-2, 402: a feature that only the body reveals comes after the restrictions and before the rules', async () => {
    await setProducts(PRODUCTS.filter((one) => one !== 'ssn' && one !== 'sms'));
    const api = await connect(segl);
    const request = documentRequest(await sampleContract(), {}, ['kari', 'nils']) as Json;
    const asking: Json = {
      ...request,
      advanced: { getSocialSecurityNumber: true },
      signers: request.signers.map((signer: Json, index: number) => ({
        ...signer,
        // The same id twice breaks a rule, which is looked at later.
        externalSignerId: 'kari',
        ...(index === 1 ? { getSocialSecurityNumber: true, notifications: { setup: { request: 'sendBoth' } } } : {}),
      })),
    };
    const create = (body: Json) => api.request('POST', '/signature/documents', body);
    const restricted = await create({ ...asking, title: 5 });
    expect([restricted.status, restricted.body.code]).toEqual([400, 'validation_failed']);
    const late = await create({ ...asking, advanced: { ...asking.advanced, timeToLive: { deadline: '2020-01-01' } } });
    expect([late.status, late.body.errors[0].code]).toEqual([400, 'date_past']);
    const unsubscribed = await create(asking);
    expect([unsubscribed.status, unsubscribed.body.code]).toEqual([402, 'not_in_subscription']);
    expect(unsubscribed.body.errors.map((one: { field: string }) => one.field)).toEqual([
      'advanced.getSocialSecurityNumber',
      'signers[1].getSocialSecurityNumber',
      'signers[1].notifications.setup.request',
    ]);
    expect(unsubscribed.body.message).toMatch(/ssn, sms.*sales@segl\.example/);
    const { advanced: _advanced, ...modest }: Json = { ...asking, signers: request.signers };
    expect((await create(modest)).status).toBe(201);

    await setProducts(PRODUCTS);
    const subscribed = await (await connect(segl)).request('POST', '/signature/documents', asking);
    expect([subscribed.status, subscribed.body.code]).toEqual([422, 'duplicate_external_signer_id']);
  });

  it('PA-6: a document has a strong ETag, and 304 answers whoever has it', async () => {
    const api = await connect(segl);
    const { body } = await api.request('POST', '/signature/documents', documentRequest(await sampleContract()));
    const path = `/signature/documents/${body.documentId}`;
    const first = await api.request('GET', path);
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[^"]+"$/);
    const known = await api.request('GET', path, undefined, { 'if-none-match': etag });
    expect([known.status, known.bytes.length, known.headers.get('etag')]).toEqual([304, 0, etag]);
    expect(known.headers.get('x-idfy-environment')).toBe('test');
    await onDatabase(segl, `update documents set status = 'expired' where id = $1`, [body.documentId]);
    const changed = await api.request('GET', path, undefined, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('ST-1: 409 is never sent, declared or written', async () => {
    expect(statuses.size).toBeGreaterThan(5);
    expect(statuses).not.toContain(409);
    const document = await (await fetch(`${segl.url}/openapi.json`)).text();
    expect(document).not.toContain('"409"');
    const sources = (await listFiles('packages/server/src')).filter((path) => /(?<!\.test)\.ts$/.test(path));
    expect(sources.length).toBeGreaterThan(100);
    for (const path of sources) {
      const text = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
      expect(/SeglError\(\s*409|status: 409|code\(409\)/.test(text), path).toBe(false);
    }
  });
});

// biome-ignore lint/suspicious/noExplicitAny: requests are changed member by member
type Json = Record<string, any>;

async function listOperations(url: string): Promise<Operation[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, Json> };
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const parameters = operation.parameters as Json[];
      return {
        method: method.toUpperCase(),
        template,
        path: template.replace(/\{([^}]+)\}/g, (_all, name: string) =>
          unusedId(parameters.find((one) => one.in === 'path' && one.name === name)!.schema),
        ),
        group: template.split('/')[1]!,
        scopes: (operation.security as Record<string, string[]>[]).flatMap((one) => one.oauth2 ?? []),
        hasBody: operation.requestBody !== undefined,
        hasIds: template.includes('{'),
      };
    }),
  );
}

function unusedId(schema: Json): string {
  if (schema.type === 'integer') return '2147483647';
  return schema.format === 'uuid' ? '01900000-0000-7000-8000-00000000dead' : `t${'0'.repeat(32)}`;
}
