import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Order, OrderBook, OrderRequest } from './order-book.ts';
import { isPersonalNumber } from './se-persons.ts';

const basePath = '/rp/v6.0/';
const maxBodyBytes = 400_000;
/** Longest base64 texts, as the API limits them. */
const limits = {
  auth: { visible: 1500, hidden: 1500 },
  sign: { visible: 40_000, hidden: 200_000 },
};

class ApiError extends Error {
  readonly status: number;
  readonly errorCode: string;
  constructor(status: number, errorCode: string, details: string) {
    super(details);
    this.status = status;
    this.errorCode = errorCode;
  }
}

type Body = Record<string, unknown>;

function invalid(details: string): never {
  throw new ApiError(400, 'invalidParameters', details);
}

/** The relying party's side of BankID, RP API 6.0: orders are made, collected and canceled. */
export function createRpApi(orders: OrderBook, logError: (event: string, error: Error) => void) {
  const operations: Record<string, (body: Body) => unknown> = {
    auth: (body) => start(readOrder(body, 'auth')),
    sign: (body) => start(readOrder(body, 'sign')),
    'phone/auth': (body) => start(readCallOrder(body, 'auth')),
    'phone/sign': (body) => start(readCallOrder(body, 'sign')),
    collect: (body) => collect(orders.collect(readRef(body))),
    cancel: (body) => (orders.cancel(readRef(body)) ? {} : invalid('No such order')),
  };

  function start(request: OrderRequest) {
    const order = orders.create(request);
    if (!order) throw new ApiError(400, 'alreadyInProgress', 'Order already in progress for pno');
    const { orderRef, autoStartToken, qrStartToken, qrStartSecret } = order;
    return request.call ? { orderRef } : { orderRef, autoStartToken, qrStartToken, qrStartSecret };
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const answer = await handle(request);
      send(response, 200, answer);
    } catch (error) {
      if (error instanceof ApiError) {
        return send(response, error.status, { errorCode: error.errorCode, details: error.message });
      }
      logError('se_bankid_failed', error as Error);
      send(response, 500, { errorCode: 'internalError', details: 'The simulator failed' });
    }
  };

  async function handle(request: IncomingMessage): Promise<unknown> {
    if (!(request.socket as TLSSocket).authorized) throw new ApiError(401, 'unauthorized', 'Client certificate needed');
    const path = request.url ?? '';
    const operation = path.startsWith(basePath) ? operations[path.slice(basePath.length)] : undefined;
    if (!operation) throw new ApiError(404, 'notFound', 'No such resource');
    if (request.method !== 'POST') throw new ApiError(405, 'methodNotAllowed', 'Only POST');
    if (request.headers['content-type'] !== 'application/json') {
      throw new ApiError(415, 'unsupportedMediaType', 'Content-Type must be application/json');
    }
    return operation(await readBody(request));
  }
}

function collect(order: Order | undefined) {
  if (!order) return invalid('No such order');
  if (order.apiError === 'maintenance') throw new ApiError(503, 'maintenance', 'The service is down');
  if (order.apiError) throw new ApiError(500, 'internalError', 'Internal technical error');
  const { orderRef, status, hintCode, completionData } = order;
  return { orderRef, status, ...(hintCode ? { hintCode } : {}), ...(completionData ? { completionData } : {}) };
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) invalid('The body is too large');
    chunks.push(chunk);
  }
  try {
    return readObject(JSON.parse(Buffer.concat(chunks).toString('utf8')), 'body') ?? invalid('Invalid body');
  } catch (error) {
    if (error instanceof SyntaxError) invalid('Invalid JSON');
    throw error;
  }
}

function readRef(body: Body): string {
  return readText(body, 'orderRef') ?? invalid('No orderRef');
}

function readOrder(body: Body, kind: 'auth' | 'sign'): OrderRequest {
  const endUserIp = readText(body, 'endUserIp');
  if (endUserIp === undefined || isIP(endUserIp) === 0) invalid('Invalid endUserIp');
  if (body.web !== undefined && body.app !== undefined) invalid('Only one of web and app');
  const requirement = readRequirement(body);
  const personalNumber = readText(requirement, 'personalNumber');
  if (personalNumber !== undefined && !isPersonalNumber(personalNumber)) invalid('Invalid personalNumber');
  const returnUrl = readText(body, 'returnUrl');
  return {
    kind,
    ...readTexts(body, kind),
    endUserIp,
    ...(personalNumber === undefined ? {} : { personalNumber }),
    ...(returnUrl === undefined ? {} : { returnUrl }),
  };
}

function readCallOrder(body: Body, kind: 'auth' | 'sign'): OrderRequest {
  const personalNumber = readText(body, 'personalNumber');
  if (personalNumber === undefined || !isPersonalNumber(personalNumber)) invalid('Invalid personalNumber');
  const call = readText(body, 'callInitiator');
  if (call !== 'user' && call !== 'RP') invalid('Invalid callInitiator');
  readRequirement(body);
  return { kind, call, personalNumber, ...readTexts(body, kind) };
}

function readTexts(body: Body, kind: 'auth' | 'sign'): Pick<OrderRequest, 'userVisibleData' | 'userNonVisibleData'> {
  const userVisibleData = readBase64(body, 'userVisibleData', limits[kind].visible);
  const userNonVisibleData = readBase64(body, 'userNonVisibleData', limits[kind].hidden);
  if (kind === 'sign' && userVisibleData === undefined) invalid('No userVisibleData');
  const format = readText(body, 'userVisibleDataFormat');
  if (format !== undefined && format !== 'plaintext' && format !== 'simpleMarkdownV1') {
    invalid('Invalid userVisibleDataFormat');
  }
  return {
    ...(userVisibleData === undefined ? {} : { userVisibleData }),
    ...(userNonVisibleData === undefined ? {} : { userNonVisibleData }),
  };
}

function readRequirement(body: Body): Body {
  const requirement = readObject(body.requirement, 'requirement') ?? {};
  for (const name of ['pinCode', 'mrtd']) {
    if (requirement[name] !== undefined && typeof requirement[name] !== 'boolean') invalid(`Invalid ${name}`);
  }
  const policies = requirement.certificatePolicies;
  const arePolicies = Array.isArray(policies) && policies.every((policy) => typeof policy === 'string');
  if (policies !== undefined && !arePolicies) invalid('Invalid certificatePolicies');
  if (!['class1', 'class2', undefined].includes(readText(requirement, 'cardReader'))) invalid('Invalid cardReader');
  if (!['LOW', 'MODERATE', undefined].includes(readText(requirement, 'risk'))) invalid('Invalid risk');
  return requirement;
}

function readBase64(body: Body, name: string, maxLength: number): string | undefined {
  const text = readText(body, name);
  if (text === undefined) return undefined;
  const isBase64 = text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
  return isBase64 && text.length <= maxLength ? text : invalid(`Invalid ${name}`);
}

function readText(body: Body, name: string): string | undefined {
  const value = body[name];
  return value === undefined || typeof value === 'string' ? value : invalid(`Invalid ${name}`);
}

function readObject(value: unknown, name: string): Body | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Body)
    : invalid(`Invalid ${name}`);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
