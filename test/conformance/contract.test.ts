import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ContractOperation,
  type Facts,
  groupOf,
  missingOf,
  type OpenApi,
  readFacts,
  servedOperation,
} from './contract-facts.ts';
import { readText } from './repository.ts';

/** Groups whose every operation is served. */
const COMPLETE = [
  '/admin/account',
  '/admin/dealer',
  '/admin/invoice',
  '/admin/oauthclient',
  '/admin/openid',
  '/admin/template',
  '/identification/log',
  '/identification/session',
  '/jwt',
  '/notification/events',
  '/notification/webhooks',
  '/signature/documents',
  '/signature/jwt',
  '/signature/status',
  '/signature/themes',
];

/** Groups of which operations are still missing. When the last one is there, a group moves up, for good. */
const OPEN = [
  '/information/aml',
  '/information/business',
  '/information/businessregistry',
  '/information/geodata',
  '/information/lei',
  '/information/mobileinfo',
  '/information/person',
  '/information/report',
  '/information/signroles',
  '/merchant',
  '/text',
  '/validation',
];

/** Where callers are served otherwise than the contract says, on purpose: finding → reason. */
const OVERRIDES: Record<string, string> = {
  'GET /notification/webhooks/{id}/deliveries answer: is array, not object':
    'The operation lists attempts; its libraries read a list.',
  'GET /text/languages answer: is array, not object': 'The operation lists languages; its libraries read a list.',
};

describe('CP-5: the served contract keeps what the original one promises', () => {
  let facts: Facts;
  let segl: SeglProcess;
  let served: OpenApi;

  beforeAll(async () => {
    facts = readFacts(await readText('test/conformance/contract-facts.txt'));
    segl = await startSegl({ environment: { SEGL_COMPAT_STATUS_CODES: 'contract' } });
    served = (await (await fetch(`${segl.url}/openapi.json`)).json()) as OpenApi;
  });
  afterAll(() => segl?.remove());

  const of = (group: string) => facts.operations.filter(({ path }) => groupOf(path) === group);
  const name = ({ method, path }: ContractOperation) => `${method} ${path}`;
  const unserved = (group: string) => of(group).filter((operation) => !servedOperation(served, operation));
  const servedOnes = () => facts.operations.filter((operation) => servedOperation(served, operation));
  const findings = (api: OpenApi) =>
    servedOnes()
      .flatMap((operation) => missingOf(facts, operation, servedOperation(api, operation)!))
      .filter((finding) => OVERRIDES[finding] === undefined);

  it('every group of the contract is declared complete or open', () => {
    expect([...COMPLETE, ...OPEN].sort()).toEqual(
      [...new Set(facts.operations.map(({ path }) => groupOf(path)))].sort(),
    );
  });

  it.each(COMPLETE)('%s is complete: every operation is served', (group) => {
    expect(of(group).length).toBeGreaterThan(0);
    expect(unserved(group).map(name)).toEqual([]);
  });

  it.each(OPEN)('%s is open', (group) => {
    expect(unserved(group).map(name), `${group} has all its operations: move it from OPEN to COMPLETE`).not.toEqual([]);
  });

  it('every served operation takes and answers each member, with its type and values, and requires nothing more', () => {
    expect(servedOnes().length).toBeGreaterThan(15);
    expect(findings(served)).toEqual([]);
  });

  it('ST-5: under SEGL_COMPAT_STATUS_CODES=contract the code of every success is the contract’s', () => {
    const codes = servedOnes().map((operation) => ({
      operation: name(operation),
      codes: Object.keys(servedOperation(served, operation)!.responses).filter((status) => status.startsWith('2')),
    }));
    expect(codes).toEqual(
      servedOnes().map((operation) => ({ operation: name(operation), codes: [String(operation.status)] })),
    );
  });

  it.each([
    [
      'a member of a request',
      '"convertToPDF"',
      '"convert"',
      'POST /signature/documents request dataToSign.convertToPDF: is not there',
    ],
    [
      'a member of an answer',
      '"LastChanged"',
      '"lastChanged"',
      'GET /admin/oauthclient/{clientId} answer LastChanged: is not there',
    ],
    [
      'a value of an enum',
      '"pkisignature"',
      '"pki"',
      'POST /signature/documents request signers[].signatureType.mechanism: lacks pkisignature',
    ],
    [
      'a parameter',
      '"name":"nameOfSigner"',
      '"name":"x"',
      'GET /signature/documents/summary query nameOfSigner: is not taken',
    ],
    [
      'a new duty',
      '"required":["title",',
      '"required":["description","title",',
      'POST /signature/documents request description: is required',
    ],
  ])('notices %s', (_what, text, other, finding) => {
    const changed = JSON.stringify(served).replaceAll(text, other);
    expect(findings(JSON.parse(changed) as OpenApi)).toContain(finding);
  });
});
