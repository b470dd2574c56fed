import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { isEarlier, isFinal } from './document-status.ts';
import { DEFAULT_MAX_REMINDERS } from './notification-rules.ts';
import { listDocumentsWithReminders } from './notification-store.ts';
import { recipientOf, wantedChannel } from './recipients.ts';
import { stateOf, turnState } from './session-context.ts';
import type { DueSigner } from './signers-to-ask.ts';
import { type DocumentRecord, findDocument, type SignerRecord } from './store.ts';

const HOUR_MS = 3_600_000;

/** Who is reminded of a document by schedule, as it is now. */
export interface ReminderPlan {
  documentId: string;
  accountId: string;
  environment: DocumentRecord['environment'];
  /** Quartz expression; `undefined`: nobody is to be reminded any more. */
  schedule: string | undefined;
  maxReminders: number;
  until: Date;
  /** Those who may sign now and have not. */
  signers: (DueSigner & { notBefore: Date })[];
}

/** Those of the documents that have a schedule; one query when none has. */
export async function reminderPlans(
  deps: { accountTime: AccountTime },
  db: Queryable,
  documentIds: readonly string[],
): Promise<ReminderPlan[]> {
  const plans: ReminderPlan[] = [];
  for (const documentId of await listDocumentsWithReminders(db, documentIds)) {
    const document = await findDocument(db, documentId);
    if (document) plans.push(planOf(document, deps.accountTime.now(document.accountId, document.environment)));
  }
  return plans;
}

function planOf(document: DocumentRecord, now: Date): ReminderPlan {
  const { reminder } = document.request.notification ?? {};
  const wanting = document.signers.filter((signer) => wantedChannel(signer, 'reminder') !== undefined);
  return {
    documentId: document.id,
    accountId: document.accountId,
    environment: document.environment,
    schedule: !isFinal(document.status) && wanting.length > 0 ? reminder?.chronSchedule : undefined,
    maxReminders: reminder?.maxReminders ?? DEFAULT_MAX_REMINDERS,
    until: document.deadline,
    signers: wanting
      .filter((signer) => turnState(document, signer.id, now) === 'sign')
      .map((signer) => ({
        ...recipientOf(document, signer, wantedChannel(signer, 'reminder')!),
        notBefore: new Date(turnSince(document, signer).getTime() + (reminder?.firstReminderAfter ?? 0) * HOUR_MS),
      })),
  };
}

/** When it became the signer's turn: with the document, or with the last signature of those before. */
function turnSince(document: DocumentRecord, signer: SignerRecord): Date {
  const turns = stateOf(document).signers;
  const own = turns.find((one) => one.id === signer.id)!;
  const before = new Set(turns.filter((one) => isEarlier(one, own)).map((one) => one.id));
  const times = document.signatures.filter((one) => before.has(one.signerId)).map((one) => one.signedAt.getTime());
  return new Date(Math.max(document.createdAt.getTime(), ...times));
}
