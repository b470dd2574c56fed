import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import { AccountListItem } from './contract/account.ts';
import { DealerLogo, LogoAddress } from './contract/branding.ts';
import { Dealer, DealerParams } from './contract/dealer.ts';
import { DEALER_EXAMPLES } from './contract/dealer-examples.ts';
import { getDealer, listDealerAccounts, updateDealer, uploadDealerLogo } from './manage-dealer.ts';

export function dealerRoutes(deps: AdminDeps): RouteDefinition[] {
  const dealers = {
    tags: ['Admin'] as [string],
    naming: 'pascal' as const,
    scope: ['dealer', 'root'],
    params: DealerParams,
  };
  return [
    {
      ...dealers,
      method: 'GET',
      path: '/admin/dealer/{dealerId}',
      operationId: 'RetrieveDealer',
      summary: 'Retrieve dealer',
      description: 'The dealer that the caller is.',
      example: DEALER_EXAMPLES.get,
      responses: { 200: Dealer },
      handle: (context, input) => getDealer(deps, context, input),
    },
    {
      ...dealers,
      method: 'POST',
      path: '/admin/dealer/{dealerId}',
      operationId: 'UpdateDealer',
      summary: 'Update dealer',
      description:
        'Changes what is sent: what is left out or `null` stays, an empty text clears. `Id` and `CustomerNumber` do not change.',
      example: DEALER_EXAMPLES.update,
      body: Dealer,
      responses: { 200: Dealer },
      handle: (context, input) => updateDealer(deps, context, input),
    },
    {
      ...dealers,
      scope: ['dealer_read', 'dealer', 'root'],
      method: 'GET',
      path: '/admin/dealer/{dealerId}/accounts',
      operationId: 'ListAccountsForDealer',
      summary: 'List accounts for dealer',
      description: 'All of its accounts by name, closed ones too.',
      example: DEALER_EXAMPLES.accounts,
      responses: { 200: Type.Array(AccountListItem) },
      handle: (context, input) => listDealerAccounts(deps, context, input),
    },
    {
      ...dealers,
      method: 'POST',
      path: '/admin/dealer/logo/{dealerId}',
      operationId: 'UpdateDealerLogo',
      summary: 'Update dealer logo',
      description: "Shown to the dealer's customers when they register. The answer is its public address.",
      example: DEALER_EXAMPLES.logo,
      body: DealerLogo,
      responses: { 200: LogoAddress },
      handle: (context, input) => uploadDealerLogo(deps, context, input),
    },
  ];
}
