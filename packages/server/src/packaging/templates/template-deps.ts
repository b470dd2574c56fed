import type { Database, Transaction } from '../../kernel/db/database.ts';
import type { FileStore } from '../../kernel/files/files.ts';
import type { OperationContext } from '../../kernel/http/route.ts';
import type { OutboundHttp } from '../../kernel/outbound-http/outbound-http.ts';
import type { AccountFacts } from '../evidence-pages.ts';
import type { SealingPool } from '../sealing-pool.ts';
import type { Owner } from './template-store.ts';

export interface TemplateDeps {
  database: Database;
  files: FileStore;
  outboundHttp: Pick<OutboundHttp, 'get'>;
  pool: Pick<SealingPool, 'renderPages'>;
  /** Takes back an owner's use of files. */
  releaseFiles(tx: Transaction, ownerId: string): Promise<void>;
  /** Whose templates a request is about. Throws 403 `forbidden`. */
  actingOwner(context: OperationContext, accountId: string | undefined): Promise<Owner>;
  account(accountId: string): Promise<AccountFacts>;
  publicUrl: string;
}
