import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import { ConfigError } from './settings.ts';

const PrivateKey = Type.Object(
  { kty: Type.String(), kid: Type.String({ minLength: 1 }), alg: Type.String({ minLength: 1 }) },
  { additionalProperties: true, description: 'JSON Web Key' },
);

const Credentials = Type.Object(
  {
    issuer: Type.String({ pattern: '^https://[^\\s?#]+$' }),
    clientId: Type.String({ minLength: 1 }),
    clientSecret: Type.Optional(Type.String({ minLength: 1 })),
    sendSecretInBody: Type.Optional(Type.Boolean()),
    privateKey: Type.Optional(PrivateKey),
    decryptionKey: Type.Optional(PrivateKey),
    scopes: Type.Optional(Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$' }))),
  },
  { additionalProperties: false },
);

/** What a provider of an eID gave for this instance: who it is, and how it proves that. */
export type EidCredentials = Static<typeof Credentials>;

/** By method, per environment. */
export type EidCredentialsFile = Partial<Record<'prod' | 'test', Record<string, EidCredentials>>>;

const File = Type.Object(
  {
    prod: Type.Optional(Type.Record(Type.String(), Credentials)),
    test: Type.Optional(Type.Record(Type.String(), Credentials)),
  },
  { additionalProperties: false },
);

/**
 * Reads the file of `SEGL_EIDS_FILE`. Throws `ConfigError` that names every mistake by its place and none by its value: the file
 * is full of secrets.
 */
export async function readEidCredentials(path: string, knownMethods: readonly string[]): Promise<EidCredentialsFile> {
  const name = 'SEGL_EIDS_FILE';
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new ConfigError([`${name}: ${path} ${reason}`]);
  }
  // Only for those with such a file: it is made of three hundred modules.
  const { Errors } = await import('typebox/value');
  const mistakes = Errors(File, content).map(
    ({ instancePath, message }) => `${name}: ${instancePath || '/'} ${message}`,
  );
  if (mistakes.length > 0) throw new ConfigError([...new Set(mistakes)]);
  const file = content as EidCredentialsFile;
  for (const [environment, eids] of Object.entries(file)) {
    for (const [method, { clientSecret, privateKey }] of Object.entries(eids)) {
      const place = `${name}: /${environment}/${method}`;
      if (!knownMethods.includes(method)) mistakes.push(`${place} is none of ${knownMethods.join(', ')}`);
      if ((clientSecret === undefined) === (privateKey === undefined)) {
        mistakes.push(`${place} needs clientSecret or privateKey, and not both`);
      }
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return file;
}
