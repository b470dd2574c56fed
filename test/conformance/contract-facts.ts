/** What `contract-facts.txt` says. */
export interface Facts {
  operations: ContractOperation[];
  models: Map<string, ContractMember[]>;
}

export interface ContractOperation {
  method: string;
  path: string;
  status: number;
  query: ContractMember[];
  request: string | undefined;
  answer: string | undefined;
}

export interface ContractMember {
  name: string;
  required: boolean;
  /** `string`, `string(a|b)`, the name of a model; `[]` and `{}` after it for a list or dictionary of it. */
  type: string;
}

export interface Schema {
  type?: string | string[];
  enum?: (string | null)[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

interface Served {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Served>>;
}

export function readFacts(text: string): Facts {
  const facts: Facts = { operations: [], models: new Map() };
  for (const block of text
    .replace(/^#.*\n/gm, '')
    .trim()
    .split(/\n{2,}/)) {
    const [head = '', ...lines] = block.split('\n');
    const rows = lines.map((line) => line.trim().split(' '));
    const [first = '', path = '', status = ''] = head.split(' ');
    if (first === 'model') {
      facts.models.set(
        path,
        rows.map(([name, type]) => memberOf(name, type)),
      );
      continue;
    }
    const typeOf = (place: string) => rows.find(([name]) => name === place)?.[1];
    const query = rows.filter(([place]) => place === 'query').map(([, name, type]) => memberOf(name, type));
    const operation = { method: first, path, status: Number(status), query };
    facts.operations.push({ ...operation, request: typeOf('request'), answer: typeOf('answer') });
  }
  return facts;
}

function memberOf(name = '', type = 'any'): ContractMember {
  return { name: name.replace(/!$/, ''), required: name.endsWith('!'), type };
}

const SMALL_GROUPS = new Set(['jwt', 'text', 'merchant', 'validation']);

/** Operations that belong together: `/signature/documents`, `/admin/oauthclient`, `/jwt`. */
export function groupOf(path: string): string {
  const [group = '', resource = ''] = path.split('/').filter(Boolean);
  return SMALL_GROUPS.has(group) ? `/${group}` : `/${group}/${resource}`;
}

export function servedOperation(openApi: OpenApi, { method, path }: ContractOperation): Served | undefined {
  const found = Object.keys(openApi.paths).find((one) => pathKey(one) === pathKey(path));
  return found === undefined ? undefined : openApi.paths[found]?.[method.toLowerCase()];
}

/** Names of path parameters mean nothing to a caller. */
function pathKey(path: string): string {
  return path.toLowerCase().replace(/\{[^}]*\}/g, '{}');
}

/** Everything of the operation that its callers would miss, one line each; `served` is what the instance says of it. */
export function missingOf(facts: Facts, operation: ContractOperation, served: Served): string[] {
  const where = `${operation.method} ${operation.path}`;
  const findings: string[] = [];
  const parameters = (served.parameters ?? []).filter((one) => one.in === 'query');
  for (const { name } of operation.query) {
    if (!parameters.some((one) => sameName(one.name, name))) findings.push(`${where} query ${name}: is not taken`);
  }
  for (const { name, required } of parameters) {
    const known = operation.query.find((one) => sameName(one.name, name));
    if (required && !known?.required) findings.push(`${where} query ${name}: is required`);
  }
  if (operation.request !== undefined) {
    const request = served.requestBody?.content['application/json']?.schema;
    findings.push(...differences(facts, operation.request, request, `${where} request`, 'request'));
  }
  if (operation.answer !== undefined && operation.answer !== 'file') {
    const answers = Object.entries(served.responses).filter(([status]) => status.startsWith('2'));
    for (const [, { content }] of answers) {
      const schema = content?.['application/json']?.schema;
      // Nothing to return is what the contract calls an object without members.
      if (schema === undefined && operation.answer === 'object') continue;
      findings.push(...differences(facts, operation.answer, schema, `${where} answer`, 'answer'));
    }
  }
  return [...new Set(findings)];
}

function differences(
  facts: Facts,
  type: string,
  schema: Schema | undefined,
  where: string,
  place: 'request' | 'answer',
): string[] {
  if (schema === undefined) return [`${where}: is not there`];
  const types = [schema.type ?? []].flat();
  const wrong = (wanted: string) =>
    types.length > 0 && !types.includes(wanted) ? [`${where}: is ${types.join(' or ')}, not ${wanted}`] : undefined;
  if (type.endsWith('[]')) {
    return wrong('array') ?? differences(facts, type.slice(0, -2), schema.items ?? {}, `${where}[]`, place);
  }
  if (type.endsWith('{}')) {
    const element = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    return wrong('object') ?? differences(facts, type.slice(0, -2), element, `${where}{}`, place);
  }
  const model = facts.models.get(type);
  if (model) return wrong('object') ?? memberDifferences(facts, model, schema, where, place);
  const [, simple = 'any', values] = /^(\w+)(?:\((.*)\))?$/.exec(type) ?? [];
  if (simple === 'any') return [];
  return (
    wrong(simple === 'number' && types.includes('integer') ? 'integer' : simple) ?? missingValues(values, schema, where)
  );
}

function memberDifferences(
  facts: Facts,
  model: readonly ContractMember[],
  schema: Schema,
  where: string,
  place: 'request' | 'answer',
): string[] {
  const { properties, required = [] } = schema;
  // Without members every one is taken and kept.
  if (properties === undefined && schema.additionalProperties !== undefined) return [];
  const findings: string[] = [];
  for (const { name, type } of model) {
    const at = `${where}${where.endsWith(place) ? ' ' : '.'}${name}`;
    // Callers may write names in any case; what they read has the contract's.
    const found = Object.entries(properties ?? {}).find(([one]) =>
      place === 'request' ? sameName(one, name) : one === name,
    );
    findings.push(...differences(facts, type, found?.[1], at, place));
  }
  if (place === 'request') {
    for (const name of required) {
      if (model.some((one) => sameName(one.name, name) && one.required)) continue;
      findings.push(`${where}${where.endsWith(place) ? ' ' : '.'}${name}: is required`);
    }
  }
  return findings;
}

function missingValues(values: string | undefined, schema: Schema, where: string): string[] {
  if (values === undefined || schema.enum === undefined) return [];
  const known = new Set(schema.enum.map((value) => String(value).toLowerCase()));
  const missing = values.split('|').filter((value) => !known.has(value.toLowerCase()));
  return missing.length > 0 ? [`${where}: lacks ${missing.join(', ')}`] : [];
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
