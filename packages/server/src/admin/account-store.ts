import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { Address, Contact } from './contract/account.ts';
import { insertAccount } from './store.ts';

/** What can be changed on an account over the API. */
export interface AccountDetails {
  name: string;
  mvaNumber: string;
  companyPhone: string;
  companyEmail: string;
  companyUrl: string | null;
  country: string;
  contact: Contact | null;
  address: Address | null;
  dealerId: string | null;
  dealerReference: string | null;
  smsSender: string | null;
}

export interface StoredAccount {
  id: string;
  details: AccountDetails;
  customerNumber: string | null;
  slaTag: string | null;
  testAccount: boolean;
  enabled: boolean;
  logoHash: string | null;
  stylingHash: string | null;
}

const DETAILS = `a.name, a.mva_number as "mvaNumber", a.company_phone as "companyPhone", a.company_email as "companyEmail",
  a.company_url as "companyUrl", a.country, a.contact, a.address, a.dealer_id as "dealerId",
  a.dealer_reference as "dealerReference", a.sms_sender as "smsSender"`;

/** `lock` holds it against other changes until the end. */
export async function findStoredAccount(db: Queryable, id: string, lock?: 'lock'): Promise<StoredAccount | undefined> {
  const { rows } = await db.query<AccountDetails & Omit<StoredAccount, 'details'>>(
    `select a.id, ${DETAILS}, a.customer_number as "customerNumber", a.sla_tag as "slaTag",
            a.test_account as "testAccount", a.disabled_at is null as enabled,
            l.hash as "logoHash", s.hash as "stylingHash"
       from accounts a
       left join brandings l on l.account_id = a.id and l.kind = 'logo' and l.replaced_at is null
       left join brandings s on s.account_id = a.id and s.kind = 'styling' and s.replaced_at is null
      where a.id = $1 ${lock ? 'for update of a' : ''}`,
    [id],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { id: accountId, customerNumber, slaTag, testAccount, enabled, logoHash, stylingHash, ...details } = row;
  return { id: accountId, details, customerNumber, slaTag, testAccount, enabled, logoHash, stylingHash };
}

export async function putDetails(tx: Transaction, id: string, details: AccountDetails, now: Date): Promise<void> {
  await tx.query(
    `update accounts set name = $2, mva_number = $3, company_phone = $4, company_email = $5, company_url = $6,
                         country = $7, contact = $8, address = $9, dealer_id = $10, dealer_reference = $11,
                         sms_sender = $12, changed_at = $13
      where id = $1`,
    [
      id,
      details.name,
      details.mvaNumber,
      details.companyPhone,
      details.companyEmail,
      details.companyUrl,
      details.country,
      details.contact && JSON.stringify(details.contact),
      details.address && JSON.stringify(details.address),
      details.dealerId,
      details.dealerReference,
      details.smsSender,
      now,
    ],
  );
}

export async function insertStoredAccount(
  tx: Transaction,
  account: { id: string; details: AccountDetails; testAccount: boolean; createdAt: Date },
): Promise<void> {
  const { id, details, testAccount, createdAt } = account;
  await insertAccount(tx, { id, name: details.name, testAccount, createdAt });
  await putDetails(tx, id, details, createdAt);
}

/** Whether another account of the same kind has the number; nobody else can take it before the transaction ends. */
export async function isMvaNumberTaken(
  tx: Transaction,
  number: string,
  account: { id: string; testAccount: boolean },
): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`mva number ${number}`]);
  const { rows } = await tx.query('select 1 from accounts where mva_number = $1 and test_account = $2 and id <> $3', [
    number,
    account.testAccount,
    account.id,
  ]);
  return rows.length > 0;
}

export async function setAccountEnabled(tx: Transaction, id: string, enabled: boolean, now: Date): Promise<void> {
  await tx.query(
    `update accounts set disabled_at = case when $2 then null else coalesce(disabled_at, $3) end, changed_at = $3
      where id = $1`,
    [id, enabled, now],
  );
}

/** What only the operator sets; what is absent stays. */
export async function putOperatorsDetails(
  tx: Transaction,
  id: string,
  set: { customerNumber?: string | undefined; slaTag?: string | undefined; tags?: readonly string[] | undefined },
  now: Date,
): Promise<void> {
  await tx.query(
    `update accounts set customer_number = coalesce($2, customer_number), sla_tag = coalesce($3, sla_tag),
                         tags = coalesce($4, tags), changed_at = $5
      where id = $1`,
    [id, set.customerNumber ?? null, set.slaTag ?? null, set.tags ?? null, now],
  );
}

/** Which accounts a caller may see: `all`, or its own and those of which it is the dealer. */
export type Reach = 'all' | { accountId: string; dealer: boolean };

export interface AccountConditions {
  name?: string | undefined;
  mvaNumber?: string | undefined;
  customerNumber?: string | undefined;
  createdBefore?: string | undefined;
  createdAfter?: string | undefined;
  changedBefore?: string | undefined;
  changedAfter?: string | undefined;
  dealerId?: string | undefined;
  dealerName?: string | undefined;
  dealerReference?: string | undefined;
  tags?: readonly string[] | undefined;
  enabled?: boolean | undefined;
}

export interface ListedAccount {
  id: string;
  name: string;
  mvaNumber: string;
  customerNumber: string | null;
  createdAt: Date;
  changedAt: Date;
  dealerId: string | null;
  dealerName: string | null;
  dealerReference: string | null;
  enabled: boolean;
}

/** By name. */
export async function listStoredAccounts(
  db: Queryable,
  reach: Reach,
  conditions: AccountConditions,
): Promise<ListedAccount[]> {
  const values: unknown[] = [];
  const wanted: string[] = [];
  const where = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    wanted.push(condition(`$${values.length}`));
  };
  if (reach !== 'all') {
    where(reach.accountId, (id) => (reach.dealer ? `(a.id = ${id} or a.dealer_id = ${id})` : `a.id = ${id}`));
  }
  where(conditions.name, (text) => `position(lower(${text}) in lower(a.name)) > 0`);
  where(conditions.mvaNumber, (text) => `a.mva_number = ${text}`);
  where(conditions.customerNumber, (text) => `a.customer_number = ${text}`);
  where(conditions.createdBefore, (time) => `a.created_at < ${time}::timestamptz`);
  where(conditions.createdAfter, (time) => `a.created_at > ${time}::timestamptz`);
  where(conditions.changedBefore, (time) => `coalesce(a.changed_at, a.created_at) < ${time}::timestamptz`);
  where(conditions.changedAfter, (time) => `coalesce(a.changed_at, a.created_at) > ${time}::timestamptz`);
  where(conditions.dealerId, (id) => `a.dealer_id = ${id}`);
  where(conditions.dealerName, (text) => `position(lower(${text}) in lower(d.name)) > 0`);
  where(conditions.dealerReference, (text) => `a.dealer_reference = ${text}`);
  where(conditions.tags, (list) => `a.tags @> ${list}::text[]`);
  where(conditions.enabled, (flag) => `(a.disabled_at is null) = ${flag}::boolean`);
  const { rows } = await db.query<ListedAccount>(
    `select a.id, a.name, a.mva_number as "mvaNumber", a.customer_number as "customerNumber",
            a.created_at as "createdAt", coalesce(a.changed_at, a.created_at) as "changedAt",
            a.dealer_id as "dealerId", d.name as "dealerName", a.dealer_reference as "dealerReference",
            a.disabled_at is null as enabled
       from accounts a left join accounts d on d.id = a.dealer_id
      ${wanted.length > 0 ? `where ${wanted.join(' and ')}` : ''}
      order by lower(a.name), a.id`,
    values,
  );
  return rows;
}
