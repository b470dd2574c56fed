import { systemClock } from '../clock/clock.ts';
import type { Database, Log, Transaction } from '../db/database.ts';
import type { Jobs, QueueDefinition } from '../jobs/jobs.ts';
import { listUnusedFiles, releaseFiles } from './file-owners.ts';
import type { FileStore } from './files.ts';

const DELETE_QUEUE = 'files.delete-released';
const SEARCH_QUEUE = 'files.search-unused';

/**
 * Between putting a file and committing the row that names it. No request and no job takes that long, so a file of this
 * age without a row is waste.
 */
const UNNAMED_MS = 3_600_000;
const DAY_MS = 86_400_000;
const BATCH = 500;
const RETRY_DELAYS_SECONDS = [60, 600, ...Array<number>(24).fill(3_600)];

export interface UnusedFiles {
  /** Before `jobs.start()`. */
  register(jobs: Jobs): void;
  /** Takes back an owner's use of its files; with the commit, those that nobody else uses are queued for deletion. */
  release(tx: Transaction, ownerId: string): Promise<void>;
  /** Has the store searched for files that no row names, now and every day; nothing when that is queued already. */
  searchDaily(): Promise<void>;
}

interface DeleteJob {
  accountId: string;
  sha256s: string[];
}

/** Deletes files from the store that no row names any more, and those of processes that died before there was a row. */
export function createUnusedFiles(deps: { database: Database; files: FileStore; jobs: Jobs; log: Log }): UnusedFiles {
  const { jobs, log } = deps;
  return {
    register(queues) {
      queues.define(deleteReleasedJob(deps));
      queues.define(searchUnusedJob(deps));
    },
    async release(tx, ownerId) {
      const released = await releaseFiles(tx, ownerId);
      const data = [...groupedByAccount(released)].map(([accountId, sha256s]) => ({ data: { accountId, sha256s } }));
      if (data.length > 0) await jobs.sendMany(DELETE_QUEUE, data, tx);
    },
    async searchDaily() {
      await jobs.send(SEARCH_QUEUE, {}, { singletonKey: 'daily' }).catch((err: unknown) => {
        log.warn({ err }, 'the search for unused files could not be queued');
      });
    },
  };
}

type Deps = Parameters<typeof createUnusedFiles>[0];

function deleteReleasedJob(deps: Deps): QueueDefinition<DeleteJob> {
  return {
    name: DELETE_QUEUE,
    concurrency: 2,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 60,
    async handle({ accountId, sha256s }) {
      const { kept } = await deleteUnused(deps, accountId, sha256s);
      if (kept.length === 0) return;
      // Put a short while ago, perhaps by somebody who is about to name it.
      const startAfter = new Date(systemClock.now().getTime() + UNNAMED_MS);
      await deps.jobs.send(DELETE_QUEUE, { accountId, sha256s: kept }, { startAfter });
    },
  };
}

function searchUnusedJob(deps: Deps): QueueDefinition<object> {
  return {
    name: SEARCH_QUEUE,
    concurrency: 1,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 600,
    async handle(_data, { signal }) {
      let deleted = 0;
      let batch: { accountId: string; sha256: string }[] = [];
      const settle = async () => {
        for (const [accountId, sha256s] of groupedByAccount(batch)) {
          deleted += (await deleteUnused(deps, accountId, sha256s)).deleted;
        }
        batch = [];
      };
      for await (const file of deps.files.list()) {
        signal.throwIfAborted();
        batch.push(file);
        if (batch.length === BATCH) await settle();
      }
      await settle();
      if (deleted > 0) deps.log.info({ deleted }, 'deleted files that nothing refers to');
      const startAfter = new Date(systemClock.now().getTime() + DAY_MS);
      await deps.jobs.send(SEARCH_QUEUE, {}, { startAfter, singletonKey: 'daily' });
    },
  };
}

async function deleteUnused(
  { database, files }: Deps,
  accountId: string,
  sha256s: readonly string[],
): Promise<{ deleted: number; kept: string[] }> {
  // The files' times are the store's; no clock of a test or an account moves them.
  const since = new Date(systemClock.now().getTime() - UNNAMED_MS);
  const kept: string[] = [];
  let deleted = 0;
  for (const sha256 of await listUnusedFiles(database, accountId, sha256s)) {
    const outcome = await files.deleteUnlessPutSince(accountId, sha256, since);
    if (outcome === 'kept') kept.push(sha256);
    if (outcome === 'deleted') deleted += 1;
  }
  return { deleted, kept };
}

function groupedByAccount(files: readonly { accountId: string; sha256: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { accountId, sha256 } of files) groups.set(accountId, [...(groups.get(accountId) ?? []), sha256]);
  return groups;
}
