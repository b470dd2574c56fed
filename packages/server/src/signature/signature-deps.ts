import type {
  AccountProfile,
  AuditEntry,
  ExternalIdPolicy,
  Product,
  SigningSettings,
  WantedFeature,
} from '../admin/index.ts';
import type { ContentChecks, PdfConverter } from '../content/index.ts';
import type { EidRegistry } from '../eid/index.ts';
import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { Environment, Events } from '../kernel/events/events.ts';
import type { FileStore } from '../kernel/files/files.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { Log } from '../kernel/log/log.ts';
import type { Meter } from '../kernel/metering/meter.ts';
import type { MethodOffer } from './document-request.ts';
import type { CodeMessages, Messages } from './messages-port.ts';
import type { OneTimeCodes } from './one-time-code.ts';
import type { PackagingTask } from './package-store.ts';
import type { RedirectTokens } from './redirect-token.ts';
import type { ResourceSource } from './resource-source.ts';
import type { SignLinks } from './sign-link.ts';
import { isSignatureMethod } from './signature-methods.ts';

/** What a PDF is judged to be before anybody is asked to sign it. */
export type PdfCheck =
  | {
      accepted: true;
      pageCount: number /** The rewritten bytes, when one rewrite repaired the upload. */;
      repaired?: Uint8Array;
    }
  | { accepted: false; code: string; message: string };

/** What the operations of this capability work with; handed in by the composition. */
export interface SignatureDeps {
  database: Database;
  events: Events;
  files: FileStore;
  /** Real time: sessions, boot codes, claims, what eIDs say. */
  clock: Clock;
  /** The time of documents and of all that is told of them. */
  accountTime: AccountTime;
  log: Log;
  box: SecretBox;
  /** For the national numbers that eIDs tell, under a key of their own. */
  nationalNumberBox: SecretBox;
  links: SignLinks;
  redirectTokens: RedirectTokens;
  messages: Messages;
  eids: EidRegistry;
  oneTimeCodes: OneTimeCodes;
  codeMessages: CodeMessages;
  patterns: { matches(pattern: RegExp, text: string): Promise<boolean> };
  /** Puts the account's seal on an XML document. Without a time-stamp it is XAdES B-B, to be raised later, or 503. */
  sealXml(
    account: { id: string; name: string },
    xml: Uint8Array,
  ): Promise<{ bytes: Uint8Array; level: 'B-B' | 'B-LT' }>;
  /** Raises such a seal to B-LT. Throws 503 `timestamp_unavailable`. */
  raiseSeal(sealed: Uint8Array): Promise<Uint8Array>;
  /** Checks a PDF off the event loop; accounts take turns. */
  checkPdf(bytes: Uint8Array, accountId: string): Promise<PdfCheck>;
  /** Checks what is not PDF. */
  content: Pick<ContentChecks, 'check'>;
  converter: Pick<PdfConverter, 'convert'>;
  accountName(accountId: string): Promise<string>;
  /** What signers see of the account, and whether it may be used. */
  accountProfile(accountId: string): Promise<AccountProfile>;
  /** Throws 402 `not_in_subscription` for what the account has not subscribed to. */
  requireFeatures(account: { accountId: string }, features: readonly WantedFeature[]): Promise<void>;
  /** Whether the account has subscribed to it. */
  hasProduct(accountId: string, product: Product): Promise<boolean>;
  /** Appends to the account's audit log; in the transaction of what it tells of. */
  writeAudit(tx: Transaction, entry: AuditEntry): Promise<void>;
  /** Counts what is charged. */
  meter: Meter;
  externalIdPolicy(accountId: string): Promise<ExternalIdPolicy>;
  signingSettings(accountId: string): Promise<SigningSettings>;
  /** The file of a template for evidence pages, as it is now. */
  findPadesTemplate(
    owner: { accountId: string; environment: Environment },
    id: string,
  ): Promise<{ sha256: string; sizeBytes: number } | undefined>;
  /** Takes back an owner's use of files; with the commit those that nobody uses are deleted. */
  releaseFiles(tx: Transaction, ownerId: string): Promise<void>;
  /** Has a file made that is not made by itself; it appears among the packages of the document. */
  makePackage(task: PackagingTask): Promise<void>;
  /** Registers and other services that are asked about signers and documents. */
  resourceSources: readonly ResourceSource[];
  publicUrl: string;
  maxDocumentBytes: number;
  /** Throws 503 `timestamp_unavailable` when signatures are refused while time-stamps are not to be had. */
  requireTimeStamps(): Promise<void>;
}

export function methodOffer(deps: Pick<SignatureDeps, 'eids'>, environment: Environment): MethodOffer {
  const providers = deps.eids.list(environment).filter(({ method }) => isSignatureMethod(method));
  return {
    available: providers.map((provider) => provider.method),
    signs: new Map(providers.map((provider) => [provider.method, provider.signs])),
  };
}
