import type { RouteDefinition } from '../kernel/http/route.ts';
import { LISTED_THEMES, Ping, SignatureMethodList, SignatureMethodQuery, Spinners, Themes } from './contract/lists.ts';
import { SPINNERS } from './contract/signing-page.ts';
import { listAccountMethods, listKnownMethods } from './list-signature-methods.ts';
import type { SignatureDeps } from './signature-deps.ts';

const METHODS_EXAMPLE = [
  {
    type: 'no_bankid_netcentric',
    name: 'BankID',
    description: 'Norwegian BankID with the app or a code device.',
  },
];

/** What there is to choose from. */
export function listRoutes(deps: Pick<SignatureDeps, 'eids'>): RouteDefinition[] {
  return [
    {
      method: 'GET',
      path: '/signature/status/ping',
      operationId: 'Status_Ping',
      summary: 'Ask whether the API answers',
      description: 'Needs no token; one that is sent is checked.',
      example: { answer: { status: 'ok' } },
      tags: ['Lists'],
      responses: { 200: Ping },
      handle: async () => ({ status: 200, body: { status: 'ok' } }),
    },
    {
      method: 'GET',
      path: '/signature/themes/list/themes',
      operationId: 'Themes_ListThemes',
      summary: 'List the colour themes of the signing page',
      description: 'Needs no token.',
      example: { answer: ['Default', 'Black'] },
      tags: ['Lists'],
      responses: { 200: Themes },
      handle: async () => ({ status: 200, body: LISTED_THEMES }),
    },
    {
      method: 'GET',
      path: '/signature/themes/list/spinners',
      operationId: 'Themes_ListSpinners',
      summary: 'List the spinners of the signing page',
      description: 'Needs no token.',
      example: { answer: [...SPINNERS] },
      tags: ['Lists'],
      responses: { 200: Spinners },
      handle: async () => ({ status: 200, body: SPINNERS }),
    },
    {
      method: 'GET',
      path: '/signature/signature-methods',
      operationId: 'SignatureMethods_List',
      summary: 'List all signature methods',
      description: 'Every method that has a name, whether or not this instance offers it. Filters are combined.',
      example: { answer: METHODS_EXAMPLE },
      tags: ['Lists'],
      scope: 'document_read',
      product: 'signature',
      query: SignatureMethodQuery,
      responses: { 200: SignatureMethodList },
      handle: async (_context, { query }) => listKnownMethods(query),
    },
    {
      method: 'GET',
      path: '/signature/signature-methods/account',
      operationId: 'SignatureMethods_ListForAccount',
      summary: 'List the signature methods of the account',
      description: 'Those with which a document of this account and environment can be signed now.',
      example: { answer: METHODS_EXAMPLE },
      tags: ['Lists'],
      scope: 'document_read',
      product: 'signature',
      query: SignatureMethodQuery,
      responses: { 200: SignatureMethodList },
      handle: async (context, { query }) => listAccountMethods(deps, context, query),
    },
  ];
}
