import type { TSchema } from 'typebox';
import { answersOf, type StatusCodes } from './answer.ts';
import { deprecationInContract } from './deprecation.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

const ERROR_SCHEMA: Json = {
  type: 'object',
  required: ['message', 'code', 'errorMessage', 'errorCode', 'requestId'],
  properties: {
    message: { type: 'string', description: 'What is wrong, for a developer.' },
    code: { type: 'string', description: 'Stable code, for programs.' },
    errorMessage: { type: 'string', description: 'The same as message.' },
    errorCode: { type: 'string', description: 'The same as code.' },
    requestId: { type: 'string', description: 'As in the header Request-Id.' },
    errors: {
      type: 'array',
      description: 'Each violated restriction, at most 100.',
      items: {
        type: 'object',
        required: ['field', 'code', 'message'],
        properties: {
          field: { type: 'string', description: 'Path of the member, or name of the parameter.' },
          code: { type: 'string', description: 'Stable code of the violation.' },
          message: { type: 'string', description: 'The same in words.' },
        },
      },
    },
  },
};

/** The OpenAPI 3.1 document of the mounted operations: the same schemas that check requests and answers. */
export function openApiDocument(
  routes: readonly RouteDefinition[],
  options: {
    publicUrl: string;
    version: string;
    statusCodes?: StatusCodes;
    /** Texts of the reference, Markdown. Of the groups, those are told that have operations. */
    description?: string;
    tags?: readonly { name: string; description: string }[];
  },
): Json {
  const paths: Record<string, Json> = {};
  const scopes = new Set<string>();
  for (const route of routes) {
    const names = route.scope === undefined ? [] : [route.scope].flat();
    for (const name of names) scopes.add(name);
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = {
      operationId: route.operationId,
      summary: route.summary,
      ...(route.description ? { description: route.description } : {}),
      ...deprecationInContract(route.deprecation),
      tags: route.tags,
      security: names.map((name) => ({ oauth2: [name] })),
      parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query'), ...headers(route)],
      ...(route.body ? { requestBody: { required: true, content: requestContent(route, route.body) } } : {}),
      responses: {
        ...responses(route, options.statusCodes ?? 'standard'),
        default: { description: 'Error', content: json({ $ref: '#/components/schemas/Error' }) },
      },
    };
  }
  const used = new Set(routes.flatMap(({ tags }) => tags));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Segl API',
      version: options.version,
      ...(options.description ? { description: options.description } : {}),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.publicUrl }],
    ...(options.tags ? { tags: options.tags.filter(({ name }) => used.has(name)) } : {}),
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA },
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: `${options.publicUrl}/oauth/connect/token`,
              scopes: Object.fromEntries([...scopes].sort().map((scope) => [scope, scope])),
            },
          },
        },
      },
    },
  };
}

function parameters(schema: TSchema | undefined, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(property.description ? { description: property.description } : {}),
    schema: plain(property),
  }));
}

function headers(route: RouteDefinition): Json[] {
  const header = (name: string, description: string, schema: Json): Json[] => [
    { name, in: 'header', required: false, description, schema: { type: 'string', ...schema } },
  ];
  if (route.method === 'POST' && route.scope !== undefined) {
    const meaning = 'Repetitions of the request with the same key get its answer, for 24 hours.';
    return header('Idempotency-Key', meaning, { minLength: 1, maxLength: 255, pattern: '^[!-~]+$' });
  }
  if (route.method === 'PATCH') {
    return header('If-Match', 'ETag of the state that the caller has seen; another one is refused with 422.', {});
  }
  return [];
}

function requestContent(route: RouteDefinition, body: TSchema): Json {
  const content = json(body, route.example?.request);
  if (route.method !== 'PATCH') return content;
  const mergePatch = {
    type: 'object',
    description: 'RFC 7396: members as in application/json, but null removes and an empty list empties.',
  };
  return { ...content, 'application/merge-patch+json': { schema: mergePatch } };
}

function responses(route: RouteDefinition, statusCodes: StatusCodes): Json {
  return Object.fromEntries(
    Object.entries(answersOf(route, statusCodes)).map(([status, schema]) => {
      const description = STATUS_TEXT[status] ?? 'Answer';
      if (schema === null) return [status, { description }];
      if (schema === 'file') {
        return [
          status,
          { description, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
        ];
      }
      return [status, { description, content: json(schema, route.example?.answer) }];
    }),
  );
}

const STATUS_TEXT: Record<string, string> = { 200: 'OK', 201: 'Created', 204: 'Done, nothing to return' };

function json(schema: object, example?: unknown): Json {
  return { 'application/json': { schema: plain(schema), ...(example === undefined ? {} : { example }) } };
}

/** Without the keywords that only the server's own checks know. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !key.startsWith('x-') && !key.startsWith('~'))
      .map(([key, value]) => [key, plain(value)]),
  );
}
