import Type from 'typebox';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import {
  Account,
  AccountFilter,
  AccountId,
  AccountListItem,
  AccountNameItem,
  CreateAccountRequest,
  UpdateAccountRequest,
} from './contract/account.ts';
import { ACCOUNT_EXAMPLES } from './contract/account-examples.ts';
import { AccountLogo, AdminStyling, LogoAddress, StylingAddress } from './contract/branding.ts';
import { AccountQuery } from './contract/oauth-client.ts';
import { orderAccount } from './create-account.ts';
import { getAccount, listAccountNames, listAccounts } from './get-account.ts';
import { disableAccount } from './switch-account.ts';
import { updateAccount } from './update-account.ts';
import { uploadAccountLogo } from './upload-logo.ts';
import { uploadStyling } from './upload-styling.ts';

export function accountRoutes(deps: AdminDeps): RouteDefinition[] {
  const account = { tags: ['Admin'] as [string], naming: 'pascal' as const };
  const reads = { ...account, scope: ['account_read', 'dealer', 'root'] };
  const writes = { ...account, scope: ['account_write', 'dealer', 'root'] };
  const lists = { ...account, scope: ['account_read', 'dealer', 'dealer_read', 'root'] };
  return [
    {
      ...reads,
      method: 'GET',
      path: '/admin/account',
      operationId: 'RetrieveAccount',
      summary: 'Retrieve account',
      description: 'The account of the token, or one that the caller manages.',
      example: { answer: ACCOUNT_EXAMPLES.account },
      query: AccountQuery,
      responses: { 200: Account },
      handle: (context, input) => getAccount(deps, context, input),
    },
    {
      ...writes,
      method: 'PUT',
      path: '/admin/account',
      operationId: 'UpdateAccount',
      summary: 'Update account',
      description:
        'Changes what is sent: what is left out or `null` stays, an empty text clears. A token of the test environment changes test accounts only.',
      example: { request: ACCOUNT_EXAMPLES.update, answer: ACCOUNT_EXAMPLES.account },
      query: AccountQuery,
      body: UpdateAccountRequest,
      responses: { 200: Account },
      handle: (context, input) => updateAccount(deps, context, input),
    },
    {
      ...account,
      scope: ['dealer', 'account-create', 'root'],
      method: 'POST',
      path: '/admin/account',
      operationId: 'CreateAccount',
      summary: 'Create account',
      description:
        'With a token of the test environment it is a test account. It has no clients yet: the next call creates one.',
      example: { request: ACCOUNT_EXAMPLES.create, answer: ACCOUNT_EXAMPLES.account },
      body: CreateAccountRequest,
      responses: { 200: Account },
      handle: (context, input) => orderAccount(deps, context, input),
    },
    {
      ...writes,
      method: 'POST',
      path: '/admin/account/logo',
      operationId: 'UpdateAccountLogo',
      summary: 'Update account logo',
      description:
        'Shown to signers and users. The answer is its public address; that of the one before works for 30 days.',
      example: ACCOUNT_EXAMPLES.logo,
      query: AccountQuery,
      body: AccountLogo,
      responses: { 200: LogoAddress },
      handle: (context, input) => uploadAccountLogo(deps, context, input),
    },
    {
      ...writes,
      method: 'POST',
      path: '/admin/account/styling',
      operationId: 'UpdateAccountStyling',
      summary: 'Update account styling',
      description:
        'CSS for the pages of signers and users. Each selector is put below the root of the page; what loads or covers is refused with 422, which lists it.',
      example: ACCOUNT_EXAMPLES.styling,
      query: AccountQuery,
      body: AdminStyling,
      responses: { 200: StylingAddress },
      handle: (context, input) => uploadStyling(deps, context, input),
    },
    {
      ...writes,
      method: 'POST',
      path: '/admin/account/disable',
      operationId: 'DisableAccount',
      summary: 'Disable account',
      description:
        'No tokens any more, and those that exist end within a minute; links for signers and users say that the account is closed; webhooks stop. Nothing is deleted.',
      example: { request: { AccountId: ACCOUNT_EXAMPLES.account.Id }, answer: {} },
      query: AccountQuery,
      body: AccountId,
      responses: { 200: Type.Object({}) },
      handle: (context, input) => disableAccount(deps, context, input),
    },
    {
      ...lists,
      method: 'GET',
      path: '/admin/account/list',
      operationId: 'ListAccounts',
      summary: 'List accounts',
      description:
        'The account of the token and those that it manages, by name. Names of filters work without `filter.` too.',
      example: { answer: ACCOUNT_EXAMPLES.list },
      query: AccountFilter,
      responses: { 200: Type.Array(AccountListItem) },
      handle: (context, input) => listAccounts(deps, context, input),
    },
    {
      ...lists,
      method: 'GET',
      path: '/admin/account/list/names',
      operationId: 'ListAccountNames',
      summary: 'List account names',
      description: 'The same accounts with their names alone.',
      example: { answer: ACCOUNT_EXAMPLES.names },
      responses: { 200: Type.Array(AccountNameItem) },
      handle: (context) => listAccountNames(deps, context),
    },
    {
      ...reads,
      method: 'GET',
      path: '/admin/account/events/connectionstring',
      operationId: 'RetrieveEventsConnectionString',
      summary: 'Retrieve connection string of the event queue',
      description: 'One client library asks for it. There is no external queue: always 404 `not_supported`.',
      responses: {},
      handle: async () => {
        throw new SeglError(404, 'not_supported', 'There is no external queue: use the events of /notification.');
      },
    },
  ];
}
