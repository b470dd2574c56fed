import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { readText } from './repository.ts';

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
}
interface Content {
  content?: Record<string, { schema?: Schema; example?: unknown }>;
}
interface Operation {
  operationId: string;
  description?: string;
  parameters: { name: string; description?: string }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

it('every operation, parameter and member of the published contract is described, and bodies have examples that fit', async () => {
  const { paths } = JSON.parse(await readText('packages/server/openapi.json')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const missing = new Set<string>();
  const walk = (schema: Schema | undefined, where: string): void => {
    if (!schema) return;
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (!member.description) missing.add(`${where}.${name}`);
      walk(member, `${where}.${name}`);
    }
    walk(schema.items, `${where}[]`);
  };
  for (const operation of Object.values(paths).flatMap((verbs) => Object.values(verbs))) {
    const { operationId } = operation;
    if (!operation.description) missing.add(operationId);
    for (const { name, description } of operation.parameters) if (!description) missing.add(`${operationId} ${name}`);
    for (const { content = {} } of [operation.requestBody ?? {}, ...Object.values(operation.responses).slice(0, -1)]) {
      const json = content['application/json'];
      if (!json) continue;
      walk(json.schema, operationId);
      if (json.example === undefined) missing.add(`${operationId}: no example`);
      else if (!ajv.validate(json.schema ?? {}, json.example)) {
        missing.add(`${operationId}: the example breaks the contract: ${ajv.errorsText()}`);
      }
    }
  }
  expect([...missing]).toEqual([]);
});
