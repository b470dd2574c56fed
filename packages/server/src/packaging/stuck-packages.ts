import type { Database } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { Gauge } from '../kernel/operations/gauges.ts';
import {
  countDocumentsToPackage,
  countPackagingFailures,
  listDocumentsToPackage,
  listPackagingFailures,
  listWantedPackages,
  type PackagingFailure,
  type PackagingTask,
} from '../signature/index.ts';
import { jobOf, PACKAGE_DOCUMENT } from './package-document.job.ts';

/** A package that is wanted and not there, with what is known of why. */
export interface StuckPackage extends PackagingTask {
  accountId: string;
  environment: Environment;
  /** Absent: it was not tried yet, or its worker died. */
  failure?: Pick<PackagingFailure, 'code' | 'reason' | 'attempts' | 'firstFailedAt' | 'lastFailedAt'>;
}

/**
 * Packages that are not there although their documents are signed, at most of `limit` documents, the oldest first; those
 * that are only just being made among them.
 */
export async function listStuckPackages(database: Database, limit = 1000): Promise<StuckPackage[]> {
  const [waiting, failures] = [
    await listDocumentsToPackage(database, limit),
    await listPackagingFailures(database, limit),
  ];
  const documents = new Map(waiting.map((one) => [one.documentId, one]));
  const wanted = await listWantedPackages(database, [...documents.keys()]);
  const missing = new Map<string, StuckPackage>();
  for (const { documentId, part, format } of wanted) {
    const { accountId, environment, made } = documents.get(documentId)!;
    if (made.some((one) => one.part === part && one.format === format)) continue;
    const stuck = { documentId, part, format, accountId, environment };
    missing.set(jobOf(stuck).singletonKey, stuck);
  }
  for (const { documentId, part, format, accountId, environment, ...failure } of failures) {
    const stuck = { documentId, part, format, accountId, environment, failure };
    missing.set(jobOf(stuck).singletonKey, stuck);
  }
  return [...missing.values()];
}

/** What a monitor has to know of files that are not there. */
export async function packagingGauges(database: Database, now: Date): Promise<Gauge[]> {
  const [waiting, failures] = [await countDocumentsToPackage(database), await countPackagingFailures(database)];
  const sinceFirst = (firstFailedAt: Date) => Math.max(0, Math.round((now.getTime() - firstFailedAt.getTime()) / 1000));
  return [
    {
      name: 'segl_documents_waiting_for_packages',
      help: 'Signed documents some of whose files are not there yet.',
      samples: [{ value: waiting }],
    },
    {
      name: 'segl_delayed_packages',
      help: 'Files that could not be made so far, by the code of the last failure.',
      samples: failures.map(({ code, packages }) => ({ labels: { code }, value: packages })),
    },
    {
      name: 'segl_longest_package_delay_seconds',
      help: 'Time since the first failure to make one of these files, by the code of the last failure.',
      samples: failures.map(({ code, firstFailedAt }) => ({ labels: { code }, value: sinceFirst(firstFailedAt) })),
    },
  ];
}

/** Has stuck packages tried again now: all of them, or those of one document. Answers which. */
export async function restartPackaging(
  deps: { database: Database; jobs: Jobs },
  documentId?: string,
): Promise<PackagingTask[]> {
  const stuck = await listStuckPackages(deps.database);
  const tasks = stuck
    .filter((one) => documentId === undefined || one.documentId === documentId)
    .map(({ documentId: id, part, format }) => ({ documentId: id, part, format }));
  await deps.jobs.sendMany(PACKAGE_DOCUMENT, tasks.map(jobOf));
  return tasks;
}
