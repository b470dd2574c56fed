import Type from 'typebox';
import { expect, it } from 'vitest';
import { DateTime, Dictionary, stringEnum } from '../contract/primitives.ts';
import { camelBody, camelField, camelName, pascalBody, pascalSchema, readsCamelCase } from './pascal-answer.ts';
import { violations } from './validation.ts';

/** Members as some groups of the contract have them, odd spellings included. */
const Session = Type.Object({
  RequestId: Type.String(),
  OK: Type.Boolean(),
  Error: Type.Optional(Type.Object({ ErrorCode: Type.Optional(Type.String()), Hints: Type.Array(Type.String()) })),
  IPAddress: Type.Optional(Type.String()),
  iFrame: Type.Optional(Type.Object({ Domain: Type.String() }, { 'x-camel-name': 'iframe' })),
  Status: Type.Optional(stringEnum(['SUCCESS', 'ERROR'])),
  Expires: Type.Optional(DateTime()),
  MetaData: Dictionary(Type.String()),
  Signers: Type.Array(Type.Object({ ID: Type.String(), Name: Type.Optional(Type.String()) })),
});

it('JS-1: members without a value are null at every depth; empty lists and dictionaries stay', () => {
  const body = { RequestId: 'r', OK: false, Error: { Hints: [] }, MetaData: {}, Signers: [{ ID: '1' }], Secret: 'x' };
  const written = pascalBody(Session, body);
  expect(written).toEqual({
    RequestId: 'r',
    OK: false,
    Error: { ErrorCode: null, Hints: [] },
    IPAddress: null,
    iFrame: null,
    Status: null,
    Expires: null,
    MetaData: {},
    Signers: [{ ID: '1', Name: null }],
  });
  expect(violations(pascalSchema(Session), written)).toEqual([]);
});

it('JS-1: null only stands for members that may be left out', () => {
  const fields = (body: object) =>
    violations(pascalSchema(Session), pascalBody(Session, body)).map(({ field }) => field);
  expect(fields({ OK: true, MetaData: {}, Signers: [{}] })).toEqual(['RequestId', 'Signers[0].ID']);
});

it('JS-1: in camelCase the same, but for keys of dictionaries', () => {
  const body = { RequestId: 'r', OK: true, iFrame: { Domain: 'a.example' }, MetaData: { Key: 'V' }, Signers: [] };
  expect(camelBody(Session, body)).toEqual({
    requestId: 'r',
    ok: true,
    error: null,
    ipAddress: null,
    iframe: { domain: 'a.example' },
    status: null,
    expires: null,
    metaData: { Key: 'V' },
    signers: [],
  });
});

it.each([
  ['ClientId', 'clientId'],
  ['OK', 'ok'],
  ['ID', 'id'],
  ['IPAddress', 'ipAddress'],
  ['ProductID', 'productID'],
  ['externalId', 'externalId'],
  ['X', 'x'],
])('JS-1: %s in camelCase is %s', (name, camel) => {
  expect(camelName(name)).toBe(camel);
});

it('fields of errors are named in camelCase as far as they are of the body', () => {
  const camel = (field: string) => camelField(Session, field);
  expect(['Signers[3].ID', 'iFrame.Domain', 'MetaData.Key', 'Idempotency-Key', ''].map(camel)).toEqual([
    'signers[3].id',
    'iframe.domain',
    'metaData.Key',
    'Idempotency-Key',
    '',
  ]);
});

it.each([
  [{ 'x-idfy-sdk': '1.3.0' }, true],
  [{ 'x-idfy-sdk': '1.3' }, true],
  [{ 'x-idfy-sdk': '1.3.0-SNAPSHOT' }, true],
  [{ 'x-idfy-sdk': 'Node 1.0.0' }, false],
  [{ 'x-idfy-sdk': 'idfy-python/1.0' }, false],
  [{ 'x-segl-json-case': 'Camel' }, true],
  [{ 'x-segl-json-case': 'pascal', 'x-idfy-sdk': '1.3.0' }, false],
  [{}, false],
] as [Record<string, string>, boolean][])('JS-1: a caller with %j reads camelCase only: %s', (headers, expected) => {
  expect(readsCamelCase(headers)).toBe(expected);
});
