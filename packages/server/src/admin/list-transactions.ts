import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileBody, OperationContext, OperationResult } from '../kernel/http/route.ts';
import { findStoredAccount, type StoredAccount } from './account-store.ts';
import { actingOwner } from './acting-account.ts';
import type { AdminDeps } from './admin-deps.ts';
import type { Owner } from './client-store.ts';
import { type InvoiceQuery, Transaction } from './contract/invoice.ts';
import { type LedgerLine, listLedgerLines } from './ledger-store.ts';
import { accountNotFound } from './update-account.ts';

/**
 * What is charged to an account in one month or year, in the environment of the token: one line per day (UTC), product,
 * external reference and department. Throws 403 `forbidden`, 404 `not_found`.
 */
export async function listTransactions(
  deps: AdminDeps,
  context: OperationContext,
  { query }: { query: InvoiceQuery },
): Promise<OperationResult> {
  const owner = await actingOwner(deps, context, query.accountId);
  const account = await findStoredAccount(deps.database, owner.accountId);
  if (!account) throw accountNotFound();
  const { year, month = 0 } = query;
  const from = new Date(Date.UTC(year, month === 0 ? 0 : month - 1, 1));
  const until = new Date(month === 0 ? Date.UTC(year + 1, 0, 1) : Date.UTC(year, month, 1));
  const lines = await listLedgerLines(deps.database, owner, { from, until });
  const transactions = lines.map((line) => transactionOf(line, owner, account));
  if (!query.getAsCsv) return { status: 200, body: transactions };
  const name = `transactions-${year}${month === 0 ? '' : `-${String(month).padStart(2, '0')}`}.csv`;
  return { status: 200, file: csvFile(name, transactions) };
}

function transactionOf(line: LedgerLine, owner: Owner, account: StoredAccount): Transaction {
  const key = [owner.accountId, owner.environment, line.day, line.product, line.externalReference, line.departmentId];
  return {
    ID: createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32),
    Date: `${line.day}T00:00:00.000Z`,
    ProductID: line.product,
    Description: line.description ?? undefined,
    Count: line.count,
    CustomerNumber: account.customerNumber === null ? undefined : Number(account.customerNumber),
    ExternalReference: line.externalReference ?? undefined,
    DepartmentId: line.departmentId ?? undefined,
    AccountId: owner.accountId,
    MvaNumber: account.details.mvaNumber || undefined,
  };
}

const COLUMNS = Object.keys(Transaction.properties) as (keyof Transaction)[];
const BYTE_ORDER_MARK = '\ufeff';

/** RFC 4180 with semicolons, and the mark by which spreadsheets know UTF-8. */
function csvFile(fileName: string, transactions: readonly Transaction[]): FileBody {
  const rows = [COLUMNS, ...transactions.map((one) => COLUMNS.map((column) => one[column] ?? ''))];
  const text = rows.map((row) => `${row.map((value) => csvCell(value)).join(';')}\r\n`).join('');
  const bytes = Buffer.from(BYTE_ORDER_MARK + text);
  return {
    open: async (range) => Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]),
    sizeBytes: bytes.length,
    mediaType: 'text/csv; charset=utf-8',
    fileName,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function csvCell(value: string | number): string {
  // A spreadsheet would take such a text, which anybody may have chosen, for a formula.
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
