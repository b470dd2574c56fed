import Type, { type Static } from 'typebox';
import { DateTime, Guid } from '../../kernel/contract/primitives.ts';

const optional = Type.Optional;

export const InvoiceQuery = Type.Object({
  year: Type.Integer({ minimum: 2000, maximum: 2200, description: 'Year of the transactions.' }),
  month: optional(Type.Integer({ minimum: 0, maximum: 12, description: 'Month; 0 or nothing for the whole year.' })),
  getAsCsv: optional(
    Type.Unsafe<boolean>({
      type: 'boolean',
      description: 'A download as CSV instead, with semicolons and the names of the members in its first line.',
      'x-other-names': ['get_as_csv'],
    }),
  ),
  accountId: optional(Guid({ description: 'Account to look at; that of the token when left out.' })),
});
export type InvoiceQuery = Static<typeof InvoiceQuery>;

/** In the order of the columns of the CSV. */
export const Transaction = Type.Object({
  ID: Type.String({ description: 'Id of the line, the same whenever it is asked for.' }),
  Date: DateTime({ description: 'Beginning of the day (UTC) that the line is for.' }),
  ProductID: Type.String({ description: 'Product: SIGN, SIGN_ATTACHMENT, IDENTIFICATION, SSN, SMS, EMAIL.' }),
  Description: optional(Type.String({ description: 'What it was, such as the methods.' })),
  Count: Type.Integer({ description: 'Number of units.' }),
  CustomerNumber: optional(Type.Integer({ description: 'Customer number in invoicing.' })),
  ExternalReference: optional(
    Type.String({ description: 'External id of the document, or external reference of the session.' }),
  ),
  DepartmentId: optional(Type.String({ description: 'Department, where one was named.' })),
  AccountId: Guid({ description: 'Account that the line is for.' }),
  MvaNumber: optional(Type.String({ description: 'Its organisation number.' })),
});
export type Transaction = Static<typeof Transaction>;

const line = {
  ID: '5d2c0f9b7e6a4c1d8b3f2a1e0d9c8b7a',
  Date: '2026-03-01T00:00:00.000Z',
  ProductID: 'SIGN',
  Description: 'no_bankid_netcentric',
  Count: 2,
  CustomerNumber: 10017,
  ExternalReference: 'loan-4711',
  DepartmentId: null,
  AccountId: '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01',
  MvaNumber: '987654321',
};
export const INVOICE_EXAMPLE = { answer: [line] };
