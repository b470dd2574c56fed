import type { Transaction } from '../db/database.ts';
import type { Environment } from '../events/events.ts';

/** What can be charged, by the names that invoice lines have. */
export const METERED_PRODUCTS = ['SIGN', 'SIGN_ATTACHMENT', 'IDENTIFICATION', 'SSN', 'SMS', 'EMAIL'] as const;
export type MeteredProduct = (typeof METERED_PRODUCTS)[number];

/** Something that happened and is counted, once: `id`, `product` and `part` say what it was. */
export interface MeteredUnit {
  /** UUID version 7 of the thing itself: the signer, the session, the message. */
  id: string;
  /** Of several of one product that belong to the thing. */
  part?: string;
  product: MeteredProduct;
  accountId: string;
  environment: Environment;
  /** One when absent. */
  count?: number;
  /** For people who read the invoice, such as the method. */
  description?: string | undefined;
  externalReference?: string | undefined;
  departmentId?: string | undefined;
  /** On the account's clock. */
  occurredAt: Date;
}

/** Counts units in the transaction of what they count. A unit that is counted already is left alone. */
export type Meter = (tx: Transaction, units: readonly MeteredUnit[]) => Promise<void>;
