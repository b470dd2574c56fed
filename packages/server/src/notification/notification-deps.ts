import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment, Events } from '../kernel/events/events.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { Log } from '../kernel/log/log.ts';
import type { OutboundHttp } from '../kernel/outbound-http/outbound-http.ts';

/** What the capability stands on. */
export interface NotificationDeps {
  database: Database;
  events: Pick<Events, 'append' | 'onAppended'>;
  jobs: Jobs;
  outboundHttp: OutboundHttp;
  /** Encrypts webhook secrets at rest. */
  secretBox: SecretBox;
  /** Real time: leases, queued jobs, signatures of deliveries, rate of pings. */
  clock: Clock;
  /** The time of what the API shows of webhooks, and of what waits. */
  accountTime: AccountTime;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Base of absolute links, without a slash at the end. */
  publicUrl: string;
  /** Tells the contacts of an account by e-mail when the transaction has committed. */
  tellAccount(tx: Transaction, notice: AccountNotice): Promise<void>;
  /** Whether the account's subscription has the product. */
  hasProduct(accountId: string, product: 'share'): Promise<boolean>;
  /** Whether the account may be used; nothing is delivered for one that is closed. */
  isAccountOpen(db: Queryable, accountId: string): Promise<boolean>;
  /** Aborted when the process stops: polls that wait are answered. */
  stopping: AbortSignal;
  /** Uniform in [0, 1); spreads the pauses between attempts. */
  random: () => number;
  limits: DeliveryLimits;
}

/** Something about its own affairs that an account should know. */
export interface AccountNotice {
  accountId: string;
  environment: Environment;
  subject: string;
  /** Plain text. */
  paragraphs: readonly string[];
}

export interface DeliveryLimits {
  /** From the start of an attempt to the last header of the answer. */
  attemptTimeoutMs: number;
  /** After this time without a recorded outcome an attempt is repeated; longer than any attempt can take. */
  leaseMs: number;
}

/** The rest of an answer is read for 5 seconds more, and recording takes a moment. */
export const DELIVERY_LIMITS: DeliveryLimits = { attemptTimeoutMs: 10_000, leaseMs: 30_000 };
