import type { ApiAnswer } from '@segl/test-kit/api-client';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Contract, Place } from './contract.ts';

/** Says what is wrong with an answer to an operation; `undefined` when it keeps the contract. */
export type Judge = (place: Place, answer: ApiAnswer) => string | undefined;

export function createJudge(contract: Contract): Judge {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(contract, 'contract');
  const compiled = new Map<string, ValidateFunction>();
  const pointer = (...parts: string[]) =>
    parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

  return ({ method, path, operation }, answer) => {
    const { status, headers, bytes } = answer;
    if (status >= 500) return `status ${status}`;
    for (const name of ['request-id', 'requestid', 'x-idfy-environment', 'x-idfy-accountid', 'date']) {
      if (!headers.has(name)) return `no header ${name}`;
    }
    if (status === 304) return bytes.length === 0 ? undefined : '304 with a body';
    if (status >= 200 && status < 300 && status !== 206 && !operation.responses[status]) {
      return `status ${status} is not in the contract`;
    }
    const declared = operation.responses[status] ? String(status) : status === 206 ? '200' : 'default';
    const content = operation.responses[declared]?.content;
    if (!content) return bytes.length === 0 ? undefined : `a body with status ${status}`;
    if (!content['application/json']) return undefined;
    if (headers.get('content-type') !== 'application/json; charset=utf-8') return 'not JSON';
    const key = `contract#/${pointer('paths', path, method.toLowerCase(), 'responses', declared, 'content', 'application/json', 'schema')}`;
    let validate = compiled.get(key);
    if (!validate) {
      validate = ajv.compile({ $ref: key });
      compiled.set(key, validate);
    }
    const { body } = answer;
    if (!validate(body)) return `status ${status}: ${ajv.errorsText(validate.errors)}`;
    if (declared === 'default' && (body as { requestId?: string }).requestId !== headers.get('request-id'))
      return 'another request id';
    return undefined;
  };
}
