import { randomBytes, randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { letJobsWait } from '../../../../test-kit/src/job-time.ts';
import { systemClock } from '../clock/clock.ts';
import { createJobs } from '../jobs/create-jobs.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { createUnusedFiles, type UnusedFiles } from './delete-unused-files.job.ts';
import type { FileStore } from './files.ts';
import { createLocalFileStore } from './local-file-store.ts';

const DAY_SECONDS = 86_400;
const nordbank = randomUUID();
const sparebank = randomUUID();

describeOnEachDatabase('files that nobody uses', (open) => {
  let database: TestDatabase;
  let directory: string;
  let files: FileStore;
  let jobs: Jobs;
  let unused: UnusedFiles;
  beforeEach(async () => {
    database = await open();
    directory = join(database.location.dataDir, 'files');
    files = await createLocalFileStore({ directory, masterKey: randomBytes(32), log: silentLog });
    jobs = createJobs({ database, clock: systemClock, log: silentLog });
    unused = createUnusedFiles({ database, files, jobs, log: silentLog as never });
    unused.register(jobs);
    await jobs.start();
  });
  afterEach(() => jobs.stop());

  async function stored(owners: string[], accountId = nordbank, content = randomBytes(20)): Promise<string> {
    const { sha256, sizeBytes } = await files.put(accountId, content);
    for (const owner of owners) {
      await database.query('select record_file($1, $2, $3, now(), $4)', [accountId, sha256, sizeBytes, owner]);
    }
    await age(accountId, sha256);
    return sha256;
  }
  async function age(accountId: string, sha256: string): Promise<void> {
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    await utimes(join(directory, accountId, sha256.slice(0, 2), sha256), twoHoursAgo, twoHoursAgo);
  }
  const isThere = async (sha256: string, accountId = nordbank) => (await files.size(accountId, sha256)) !== undefined;
  const release = (owner: string) => database.transaction((tx) => unused.release(tx, owner));
  const waitingJobs = async () =>
    (
      await database.query<{ name: string }>("select name from pgboss.job where state in ('created', 'retry')")
    ).rows.map(({ name }) => name);

  /** Those that are put off; one that is about to run does not count. */
  const laterJobs = async () =>
    (
      await database.query<{ name: string }>(
        "select name from pgboss.job where state in ('created', 'retry') and start_after > now() + interval '1 minute'",
      )
    ).rows.map(({ name }) => name);

  it('are deleted when their owner lets them go, but for those that others use', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const own = await stored([first]);
    const shared = await stored([first, second]);
    const othersContent = randomBytes(20);
    const ofAnother = await stored([second], sparebank, othersContent);
    expect(await stored([first], nordbank, othersContent)).toBe(ofAnother);
    await release(first);
    await expect.poll(() => isThere(own)).toBe(false);
    await expect.poll(() => isThere(ofAnother)).toBe(false);
    expect([await isThere(shared), await isThere(ofAnother, sparebank)]).toEqual([true, true]);
    await release(second);
    await expect.poll(() => isThere(shared)).toBe(false);
    await expect.poll(() => isThere(ofAnother, sparebank)).toBe(false);
  });

  it('stay when the transaction that lets them go is undone', async () => {
    const owner = randomUUID();
    const sha256 = await stored([owner]);
    await database
      .transaction(async (tx) => {
        await unused.release(tx, owner);
        throw new Error('undo');
      })
      .catch(() => {});
    expect([await isThere(sha256), await waitingJobs()]).toEqual([true, []]);
  });

  it('that were put within the hour are deleted an hour later, unless somebody has named them by then', async () => {
    const owner = randomUUID();
    const [lost, named] = [await stored([owner]), await stored([owner])];
    const contents = [await files.read(nordbank, lost), await files.read(nordbank, named)];
    for (const content of contents) await files.put(nordbank, content);
    await release(owner);
    await expect.poll(laterJobs).toEqual(['files.delete-released']);
    expect([await isThere(lost), await isThere(named)]).toEqual([true, true]);
    await database.query('select record_file($1, $2, 20, now(), $3)', [nordbank, named, randomUUID()]);
    for (const sha256 of [lost, named]) await age(nordbank, sha256);
    await letJobsWait(database, 3_600);
    await expect.poll(() => isThere(lost)).toBe(false);
    expect(await isThere(named)).toBe(true);
  });

  it('are searched for at the start and every day: those that no row has ever named go, after an hour', async () => {
    const [orphan, used] = [await stored([]), await stored([randomUUID()])];
    const { sha256: young } = await files.put(nordbank, randomBytes(20));
    await unused.searchDaily();
    await unused.searchDaily();
    await expect.poll(() => isThere(orphan)).toBe(false);
    await expect.poll(laterJobs).toEqual(['files.search-unused']);
    expect([await isThere(used), await isThere(young)]).toEqual([true, true]);
    await age(nordbank, young);
    await unused.searchDaily();
    expect(await laterJobs()).toEqual(['files.search-unused']);
    await letJobsWait(database, DAY_SECONDS);
    await expect.poll(() => isThere(young)).toBe(false);
    expect(await isThere(used)).toBe(true);
  });
});
