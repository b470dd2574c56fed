import type { Transaction } from '../kernel/db/database.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { type TimerTimes, takeDueTimers } from '../kernel/schedule/due-timers.ts';
import { nextRun, parseQuartzCron } from '../kernel/schedule/quartz-cron.ts';
import { startLooking } from '../kernel/schedule/start-looking.ts';
import type { MessagingDeps, ReminderPlan } from './messaging-deps.ts';
import { queueReminders } from './queue-reminders.ts';
import { claimReminderTimer, type DueReminder, deleteReminderTimer, putReminderTimer } from './reminder-store.ts';
import { listReminderNumbers } from './store.ts';

const RETRY_MS = 60_000;

type Deps = Pick<MessagingDeps, 'database' | 'log' | 'reminderPlans'> & TimerTimes;

/**
 * Follows the schedules of documents from now on, or stops to. Whatever opens a document, or changes who is reminded or
 * when, calls this in its transaction.
 */
export async function followReminders(
  deps: Pick<MessagingDeps, 'accountTime' | 'reminderPlans'>,
  tx: Transaction,
  documentIds: readonly string[],
): Promise<void> {
  if (documentIds.length === 0) return;
  for (const plan of await deps.reminderPlans(tx, documentIds)) {
    await putTimer(tx, plan, deps.accountTime.now(plan.accountId, plan.environment));
  }
}

/**
 * Reminds by schedule. Each run of a document is one transaction under the lock of its timer, which is set to the next
 * run in it: so any number of processes may do it, each run is taken once, and one whose process died is taken by the next
 * look. Returns the function that stops it.
 */
export function startReminders(deps: Deps, jobs: Jobs): () => Promise<void> {
  return startLooking({
    signals: deps.database.signals,
    look: (isStopped) => sendDueReminders(deps, jobs, isStopped),
    onError: (err) => deps.log.error({ err }, 'reminders that are due could not be looked for'),
  });
}

/** Takes every run that is due now. */
export function sendDueReminders(deps: Deps, jobs: Jobs, isStopped: () => boolean = () => false): Promise<void> {
  const take = (due: DueReminder, now: Date) => takeRun(deps, jobs, due, now);
  const columns = ['document_id as "documentId"', 'schedule'];
  return takeDueTimers({ ...deps, table: 'reminder_timers', columns, take }, isStopped);
}

/** `false` when somebody else has the run, or when it failed; then it is tried again after a while. */
async function takeRun(deps: Deps, jobs: Jobs, due: DueReminder, now: Date): Promise<boolean> {
  try {
    return await deps.database.transaction(async (tx) => {
      const timer = await claimReminderTimer(tx, due.documentId);
      if (!timer || timer.dueAt > now) return false;
      const [plan] = await deps.reminderPlans(tx, [due.documentId]);
      // A schedule that has changed since has other runs.
      if (plan?.schedule === timer.schedule) await remind(jobs, tx, plan, now);
      if (plan) await putTimer(tx, plan, now);
      else await deleteReminderTimer(tx, due.documentId);
      return true;
    });
  } catch (err) {
    deps.log.error({ err, documentId: due.documentId }, 'reminders of a document failed; they are tried again');
    const later = new Date(now.getTime() + RETRY_MS);
    await putReminderTimer(deps.database, { ...due, dueAt: later });
    return false;
  }
}

/** However many runs were missed, one reminder goes out. */
async function remind(jobs: Jobs, tx: Transaction, plan: ReminderPlan, now: Date): Promise<void> {
  const numbers = await listReminderNumbers(tx, plan.documentId);
  const due = plan.signers.filter(
    ({ signerId, notBefore }) => notBefore <= now && (numbers.get(signerId)?.scheduled ?? 0) < plan.maxReminders,
  );
  await queueReminders(jobs, tx, due, { manual: false }, now);
}

async function putTimer(tx: Transaction, plan: ReminderPlan, now: Date): Promise<void> {
  const schedule = plan.schedule === undefined ? undefined : parseQuartzCron(plan.schedule);
  const dueAt = schedule && nextRun(schedule, now);
  if (plan.schedule === undefined || !dueAt || dueAt >= plan.until) {
    await deleteReminderTimer(tx, plan.documentId);
    return;
  }
  const { documentId, accountId, environment } = plan;
  await putReminderTimer(tx, { documentId, accountId, environment, schedule: plan.schedule, dueAt });
}
