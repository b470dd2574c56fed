import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Writes `test/conformance/contract-facts.txt` out of a Swagger 2.0 file: which operations the contract has, the code of
 * their success, and the names, types and enum values that go over the wire. Facts only, no texts and no examples.
 *
 *     node scripts/write-contract-facts.ts SWAGGER.json
 */
export const FACTS_FILE = fileURLToPath(new URL('../test/conformance/contract-facts.txt', import.meta.url));

const HEADER = `# What the contract says, as written by scripts/write-contract-facts.ts.
# An operation has its verb, its path and the code of its success; below it are its query parameters, its request and its
# answer. A model has its members. "!" stands for required, "[]" for a list, "{}" for a dictionary, and the values of an enum
# stand in brackets.
`;

interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

interface Parameter extends Schema {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}

interface Operation {
  parameters?: Parameter[];
  responses: Record<string, { schema?: Schema }>;
}

interface Swagger {
  paths: Record<string, Record<string, Operation>>;
  definitions: Record<string, Schema>;
}

export function factsOf(swagger: Swagger): string {
  /** Grows while it is walked: each model names others. */
  const models = new Set<string>();
  const blocks: string[] = [];
  for (const [path, verbs] of byName(swagger.paths)) {
    for (const [verb, operation] of byName(verbs)) blocks.push(operationFacts(verb, path, operation, models));
  }
  for (const name of models) {
    const model = swagger.definitions[name];
    if (!model) throw new Error(`${name} is not defined`);
    const members = Object.entries(model.properties ?? {}).map(([member, schema]) =>
      line(member, model.required?.includes(member), typeOf(schema, models)),
    );
    blocks.push([`model ${modelName(name)}`, ...members].join('\n'));
  }
  return `${HEADER}\n${blocks.join('\n\n')}\n`;
}

function operationFacts(verb: string, path: string, operation: Operation, models: Set<string>): string {
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  if (!success) throw new Error(`${verb} ${path} has no success`);
  const [status, { schema }] = success;
  const lines = [`${verb.toUpperCase()} ${path.replace(/\/+/g, '/')} ${status}`];
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === 'query') {
      lines.push(line(`query ${parameter.name}`, parameter.required, typeOf(parameter, models)));
    }
    if (parameter.in === 'body') lines.push(line('request', false, typeOf(parameter.schema ?? {}, models)));
  }
  if (schema) lines.push(line('answer', false, typeOf(schema, models)));
  return lines.join('\n');
}

function typeOf(schema: Schema, models: Set<string>): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/definitions/', '');
    models.add(name);
    return modelName(name);
  }
  if (schema.items) return `${typeOf(schema.items, models)}[]`;
  if (typeof schema.additionalProperties === 'object') return `${typeOf(schema.additionalProperties, models)}{}`;
  if (schema.enum) return `${schema.type}(${schema.enum.join('|')})`;
  return schema.type ?? 'any';
}

/** `ListResult[Item]` → `ListResult-Item`: brackets stand for lists. */
function modelName(name: string): string {
  return name.replace(/\[(.*)\]/, '-$1');
}

function line(name: string, required: boolean | undefined, type: string): string {
  return `  ${name}${required ? '!' : ''} ${type}`;
}

function byName<Value>(record: Record<string, Value>): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (!file) {
    console.error('usage: node scripts/write-contract-facts.ts SWAGGER.json');
    process.exit(2);
  }
  await writeFile(FACTS_FILE, factsOf(JSON.parse(await readFile(file, 'utf8')) as Swagger));
}
