import type { Transaction } from '../kernel/db/database.ts';
import { nextTimer } from './document-timer.ts';
import { type DocumentOwner, findLifeCycle, putTimer } from './life-cycle-store.ts';

/** Whatever changes a document's status, deadline, packages or retention calls this after it, under the row lock. */
export async function armTimer(tx: Transaction, document: DocumentOwner & { id: string }): Promise<void> {
  const cycle = await findLifeCycle(tx, document.id);
  await putTimer(tx, document.id, document, cycle && nextTimer(cycle)?.dueAt);
}
