import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { AdminDeps } from './admin-deps.ts';
import { INVOICE_EXAMPLE, InvoiceQuery, Transaction } from './contract/invoice.ts';
import { listTransactions } from './list-transactions.ts';

export function invoiceRoutes(deps: AdminDeps): RouteDefinition[] {
  return [
    {
      tags: ['Admin'],
      naming: 'pascal',
      scope: ['invoice', 'account_read', 'dealer', 'root'],
      method: 'GET',
      path: '/admin/invoice',
      operationId: 'ListAccountTransactions',
      summary: 'List account transactions',
      description:
        'What is charged: one line per day (UTC), product, external reference and department. Test traffic has the same lines in the test environment, and is never charged.',
      example: INVOICE_EXAMPLE,
      query: InvoiceQuery,
      responses: { 200: Type.Array(Transaction) },
      handle: (context, input) => listTransactions(deps, context, input),
    },
  ];
}
