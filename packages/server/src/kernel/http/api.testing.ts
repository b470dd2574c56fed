import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Base64, DateTime, Dictionary, Guid, stringEnum, Text } from '../contract/primitives.ts';
import { SeglError } from '../errors/segl-error.ts';
import { createLog } from '../log/log.ts';
import { createHttpServer } from './http-server.ts';
import { registerRoutes } from './register-routes.ts';
import type { OperationInput, OperationResult, RouteDefinition } from './route.ts';
import { createThrottling } from './throttle.ts';
import { BUCKET_SIZES } from './throttle-sizes.ts';

export const NORDBANK = '0195a000-0000-7000-8000-00000000000a';
export const THING_ID = '0195b000-0000-7000-8000-0000000000ff';
export const FILE = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
export const FILE_SHA256 = '74e7e5bb9d22d6db26bf76946d40fff3ea9f0346b884fd0694920fccfad15e33';

const Thing = Type.Object({
  name: Text({ minLength: 2, maxLength: 10 }),
  colour: Type.Optional(stringEnum(['Red', 'Grey', 'donot_mix'], { aliases: { Gray: 'Grey' } })),
  count: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  ready: Type.Optional(Type.Boolean()),
  due: Type.Optional(DateTime()),
  owner: Type.Optional(Guid()),
  tags: Type.Optional(Type.Array(Text({ maxLength: 20 }), { maxItems: 5 })),
  fields: Type.Optional(Dictionary(Type.String())),
  content: Type.Optional(Base64()),
  getSocialSecurityNumber: Type.Optional(Type.Boolean()),
});

export interface ApiUnderTest {
  app: FastifyInstance;
  /** What the operations were called with. */
  calls: OperationInput[];
  logged: Record<string, unknown>[];
}

/**
 * The HTTP layer with operations that do nothing but answer. A token is `<environment>:<scope>`; other texts are no
 * tokens. `/things/boom` fails as a defect would, with something secret in the error.
 */
export function apiUnderTest(options: { perAddress?: number; requireHttps?: boolean } = {}): ApiUnderTest {
  const calls: OperationInput[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line) => void logged.push(JSON.parse(line)) });
  const app = createHttpServer({
    maxBodyBytes: 2_000_000,
    trustedProxies: ['10.0.0.0/8'],
    log,
    defaultEnvironment: 'test',
    ...(options.requireHttps === undefined ? {} : { requireHttps: options.requireHttps }),
    throttling: createThrottling({
      sizes: {
        ...BUCKET_SIZES,
        ...(options.perAddress ? { anonymous: { perMinute: options.perAddress, burst: options.perAddress } } : {}),
      },
      refuse: true,
      log,
    }),
  });
  const answer = (status: number, body?: unknown) => async (_context: unknown, input: OperationInput) => {
    calls.push(input);
    return { status, body } as OperationResult;
  };
  const base = { summary: '', tags: ['Things'] as [string], scope: 'document_write', product: 'signature' };
  const routes: RouteDefinition[] = [
    {
      ...base,
      method: 'POST',
      path: '/things',
      operationId: 'Things_Create',
      body: Thing,
      responses: { 200: Type.Object({ name: Type.String() }) },
      handle: async (_context, input) => {
        calls.push(input);
        return { status: 200, body: { name: 'ok', password: 'never declared' } };
      },
    },
    {
      ...base,
      method: 'GET',
      path: '/things/{thingId}',
      operationId: 'Things_Get',
      params: Type.Object({ thingId: Guid() }),
      responses: { 200: Type.Object({}) },
      handle: answer(200, {}),
    },
    {
      ...base,
      method: 'DELETE',
      path: '/things/{thingId}',
      operationId: 'Things_Delete',
      params: Type.Object({ thingId: Guid() }),
      responses: { 204: null },
      handle: answer(204),
    },
    {
      ...base,
      method: 'POST',
      path: '/things/{thingId}/cancel',
      operationId: 'Things_Cancel',
      params: Type.Object({ thingId: Guid() }),
      query: Type.Object({ reason: Type.Optional(Text({ maxLength: 20 })) }),
      responses: { 200: Type.Object({}) },
      handle: answer(200, {}),
    },
    {
      ...base,
      method: 'GET',
      path: '/search',
      operationId: 'Things_Search',
      query: Type.Object({
        fromDate: Type.Optional(DateTime()),
        ready: Type.Optional(Type.Boolean()),
        tags: Type.Optional(Type.Array(Text())),
        limit: Type.Optional(Type.Integer({ minimum: 1 })),
        fileFormat: Type.Optional(stringEnum(['pades'], { otherNames: ['fileType'] })),
      }),
      responses: { 200: Type.Object({}) },
      handle: answer(200, {}),
    },
    {
      ...base,
      method: 'PUT',
      path: '/order',
      operationId: 'Things_Order',
      body: Type.Array(Text()),
      responses: { 200: Type.Object({}) },
      handle: answer(200, {}),
    },
    {
      ...base,
      method: 'GET',
      path: '/file',
      operationId: 'Things_File',
      responses: { 200: 'file' },
      handle: async () => ({
        status: 200,
        file: {
          open: async (range) => Readable.from([range ? FILE.subarray(range.start, range.end + 1) : FILE]),
          sizeBytes: FILE.length,
          mediaType: 'application/pdf',
          fileName: 'Låneavtale "№ 1".pdf',
          sha256: FILE_SHA256,
        },
      }),
    },
    {
      ...base,
      method: 'GET',
      path: '/lost-file',
      operationId: 'Things_LostFile',
      responses: { 200: 'file' },
      handle: async () => ({
        status: 200,
        file: {
          open: async () => {
            throw new Error('file /var/lib/segl/7e is not in the file store');
          },
          sizeBytes: 5,
          mediaType: 'application/pdf',
          fileName: 'a.pdf',
          sha256: FILE_SHA256,
        },
      }),
    },
    {
      ...base,
      method: 'GET',
      path: '/boom',
      operationId: 'Things_Boom',
      responses: { 200: Type.Object({}) },
      handle: async () => {
        throw Object.assign(new Error('select 1 from secrets'), {
          statusCode: 404,
          code: '23502',
          detail: 'Failing row contains (01017000027, Kari)',
        });
      },
    },
    {
      ...base,
      method: 'GET',
      path: '/away',
      operationId: 'Things_Away',
      responses: { 200: Type.Object({}) },
      handle: async () => {
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      },
    },
    {
      ...base,
      method: 'GET',
      path: '/impossible',
      operationId: 'Things_Impossible',
      responses: { 200: Type.Object({}) },
      handle: async () => {
        throw new SeglError(422, 'thing_locked', 'The thing is locked.', { members: { existingId: THING_ID } });
      },
    },
    {
      ...base,
      method: 'GET',
      path: '/broken-answer',
      operationId: 'Things_BrokenAnswer',
      responses: { 200: Type.Object({ name: Type.String() }) },
      handle: answer(200, { name: 5 }),
    },
    {
      ...base,
      method: 'GET',
      path: '/public',
      operationId: 'Things_Public',
      scope: undefined,
      product: undefined,
      responses: { 200: Type.Object({}) },
      handle: answer(200, {}),
    } as unknown as RouteDefinition,
  ];
  registerRoutes(app, routes, {
    authenticate: async (token) => {
      const [environment, scope] = token.split(':');
      if ((environment !== 'test' && environment !== 'prod') || !scope) {
        throw new SeglError(401, 'invalid_token', 'The access token is not valid.');
      }
      return { clientId: 'client', accountId: NORDBANK, environment, scopes: new Set([scope]) };
    },
    requireProduct: async (_principal, product) => {
      if (product !== 'signature') throw new SeglError(402, 'not_in_subscription', 'Not part of the subscription.');
    },
    clock: { now: () => new Date('2026-03-01T12:00:00Z') },
    log,
  });
  return { app, calls, logged };
}

export const BEARER = { authorization: 'Bearer test:document_write' };
