/** As much of an OpenAPI document as is needed to make requests and to judge answers. */
export interface Schema {
  type?: string | readonly string[];
  enum?: readonly string[];
  format?: string;
  pattern?: string;
  contentEncoding?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  schema: Schema;
}

export interface Operation {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, { content?: Record<string, object> }>;
}

export interface Contract {
  paths: Record<string, Record<string, Operation>>;
}

export interface Place {
  method: string;
  path: string;
  operation: Operation;
}

export function operationsOf(contract: Contract): Place[] {
  return Object.entries(contract.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ method: verb.toUpperCase(), path, operation })),
  );
}
