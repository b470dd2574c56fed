import { setImmediate } from 'node:timers/promises';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { type FieldError, SeglError } from '../errors/segl-error.ts';

const MAX_ERRORS = 100;

// Lengths count code points, which is what Ajv does by default (`unicode` lengths).
const ajv = new Ajv({ allErrors: true, strict: false, verbose: false, ownProperties: true });
ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
ajv.addFormat('email', { validate: isEmail });
ajv.addFormat('http-url', { validate: (text: string) => isUrl(text, /^https?:$/) });
ajv.addFormat('uri', { validate: (text: string) => isUrl(text, /^[a-z][a-z0-9+.-]*:$/) });

const compiled = new WeakMap<object, ValidateFunction>();

function validatorOf(schema: TSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** All violations of the schema, in the words of the error body; empty when there is none. */
export function violations(schema: TSchema, value: unknown): FieldError[] {
  const validate = validatorOf(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, MAX_ERRORS).map(fieldError);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

interface TextSchema {
  contentEncoding?: string;
  items?: TextSchema;
  properties?: Record<string, TextSchema>;
  additionalProperties?: TextSchema | boolean;
}

/**
 * Text that no operation takes: control characters but tab, CR and LF, and halves of surrogate pairs. The database
 * would refuse some of them, and people cannot see them.
 */
export function unprintableText(schema: TSchema, value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  collectUnprintable(schema as TextSchema, value, '', errors);
  return errors;
}

function collectUnprintable(schema: TextSchema, value: unknown, path: string, errors: FieldError[]): void {
  if (errors.length >= MAX_ERRORS) return;
  if (typeof value === 'string') {
    // Bytes in base64 have an alphabet of their own, which is checked where they are decoded.
    if (schema.contentEncoding !== undefined || isPrintable(value)) return;
    errors.push({ field: path, code: 'format', message: 'Has control characters or broken Unicode.' });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      collectUnprintable(schema.items ?? {}, item, `${path}[${index}]`, errors);
    }
  } else if (typeof value === 'object' && value !== null) {
    const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    for (const [name, item] of Object.entries(value)) {
      if (!isPrintable(name)) {
        errors.push({ field: path, code: 'format', message: 'Has a name with control characters or broken Unicode.' });
        continue;
      }
      collectUnprintable(schema.properties?.[name] ?? others, item, path ? `${path}.${name}` : name, errors);
    }
  }
}

function isPrintable(text: string): boolean {
  return !CONTROL.test(text) && text.isWellFormed();
}

/** Compiles one schema after the other between other work, so that few first requests pay for it, nor does the start. */
export async function prepareValidations(schemas: readonly TSchema[]): Promise<void> {
  for (const schema of schemas) {
    await setImmediate();
    validatorOf(schema);
  }
}

export function validationFailed(errors: FieldError[]): SeglError {
  const shown = errors.slice(0, MAX_ERRORS);
  const count = errors.length === 1 ? '1 invalid field' : `${errors.length} invalid fields`;
  return new SeglError(400, 'validation_failed', `The request has ${count}.`, { errors: shown });
}

function fieldError(error: ErrorObject): FieldError {
  const path = fieldPath(error.instancePath);
  const limit = String((error.params as { limit?: number }).limit ?? '');
  switch (error.keyword) {
    case 'required': {
      const missing = (error.params as { missingProperty: string }).missingProperty;
      return { field: path ? `${path}.${missing}` : missing, code: 'required', message: 'Required.' };
    }
    case 'type':
      return { field: path, code: 'type', message: `Must be of type ${(error.params as { type: string }).type}.` };
    case 'enum': {
      const allowed = (error.params as { allowedValues: string[] }).allowedValues.join(', ');
      return { field: path, code: 'enum', message: `Must be one of: ${allowed}.` };
    }
    case 'minLength':
      return { field: path, code: 'min_length', message: `Must have at least ${limit} characters.` };
    case 'maxLength':
      return { field: path, code: 'max_length', message: `Must have at most ${limit} characters.` };
    case 'minimum':
      return { field: path, code: 'min', message: `Must be at least ${limit}.` };
    case 'maximum':
      return { field: path, code: 'max', message: `Must be at most ${limit}.` };
    case 'minItems':
      return { field: path, code: 'min_length', message: `Must have at least ${limit} items.` };
    case 'maxItems':
      return { field: path, code: 'too_many_items', message: `Must have at most ${limit} items.` };
    case 'format':
      return formatError(path, (error.params as { format: string }).format);
    default:
      return { field: path, code: 'format', message: 'Has characters or a form that is not allowed.' };
  }
}

function formatError(field: string, format: string): FieldError {
  switch (format) {
    case 'date-time':
      return { field, code: 'date', message: 'Must be an ISO 8601 date and time.' };
    case 'email':
      return { field, code: 'email', message: 'Must be an e-mail address.' };
    case 'http-url':
    case 'uri':
      return { field, code: 'url', message: 'Must be an absolute URL.' };
    default:
      return { field, code: 'format', message: `Must be a valid ${format}.` };
  }
}

/** `/signers/0/redirectSettings` → `signers[0].redirectSettings`. */
function fieldPath(pointer: string): string {
  let path = '';
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(name)) path += `[${name}]`;
    else path += path ? `.${name}` : name;
  }
  return path;
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return (
    at > 0 &&
    at <= 64 &&
    /^[^\s@<>(),;:"\\[\]]+$/.test(text.slice(0, at)) &&
    /^(?!-)[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(text.slice(at + 1))
  );
}

function isUrl(text: string, scheme: RegExp): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return scheme.test(url.protocol) && !url.username && !url.password;
}
