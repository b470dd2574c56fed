import type { AccountProfile, AuditEntry, IdentificationSettings, Product, WantedFeature } from '../admin/index.ts';
import type { EidRegistry } from '../eid/index.ts';
import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Queryable, Transaction } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OperationContext } from '../kernel/http/route.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { Log } from '../kernel/log/log.ts';
import type { Meter } from '../kernel/metering/meter.ts';
import type { ProviderName } from './contract/providers.ts';
import type { SessionLinks } from './session-link.ts';

export interface Owner {
  accountId: string;
  environment: Environment;
}

/** Plays a test person at an eID's simulator; answers the address to which the simulator sends the browser. */
export type PlayTestPerson = (url: string, person: { number: string | undefined; word: string }) => Promise<string>;

/** What the operations of this capability work with; handed in by the composition. */
export interface IdentificationDeps {
  database: Database;
  /** Real time: what eIDs say, and who is at work. */
  clock: Clock;
  /** The time of sessions. */
  accountTime: AccountTime;
  log: Log;
  /** For what is known of people. */
  box: SecretBox;
  /** For national identity numbers alone. */
  numberBox: SecretBox;
  links: SessionLinks;
  eids: EidRegistry;
  accountName(accountId: string): Promise<string>;
  /** What users see of the account, and whether it may be used. */
  accountProfile(accountId: string): Promise<AccountProfile>;
  hasProduct(accountId: string, product: Product): Promise<boolean>;
  /** Throws 402 `not_in_subscription` for what the account has not subscribed to. */
  requireFeatures(account: { accountId: string }, features: readonly WantedFeature[]): Promise<void>;
  settings(db: Queryable, accountId: string): Promise<IdentificationSettings>;
  /** Whose log a dealer reads. Throws 403 `forbidden`. */
  actingOwner(context: OperationContext, accountId: string | undefined): Promise<Owner>;
  /** Counts what is charged. */
  meter: Meter;
  writeAudit(tx: Transaction, entry: AuditEntry): Promise<void>;
  /** How long a session can be started. */
  lifetimeMs: number;
  publicUrl: string;
  /** Of the eIDs whose other side is a simulator. */
  testPersons: Partial<Record<ProviderName, PlayTestPerson>>;
}
