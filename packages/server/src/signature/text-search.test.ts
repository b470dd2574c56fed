import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { runTextSearch } from './text-search.ts';

describeOnEachDatabase('searches in text', (open, kind) => {
  it('run two at a time, make a queue wait, and refuse what is beyond it with 503', async () => {
    const database = await open();
    let running = 0;
    let most = 0;
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const search = async () => {
      running += 1;
      most = Math.max(most, running);
      await released;
      running -= 1;
      return 'found';
    };
    const accepted = Array.from({ length: 22 }, () => runTextSearch(database, search));
    await expect(runTextSearch(database, search)).rejects.toMatchObject({ status: 503, code: 'service_unavailable' });
    await expect.poll(() => running).toBe(2);
    release();
    expect(new Set(await Promise.all(accepted))).toEqual(new Set(['found']));
    expect(most).toBe(2);
    expect(await runTextSearch(database, search)).toBe('found');
  });

  it('give their place back when they fail', async () => {
    const database = await open();
    const failing = () => runTextSearch(database, (db) => db.query('select 1 / 0'));
    for (let round = 0; round < 4; round++) await expect(failing()).rejects.toMatchObject({ code: '22012' });
    const { rows } = await runTextSearch(database, (db) => db.query<{ one: number }>('select 1 as one'));
    expect(rows).toEqual([{ one: 1 }]);
  });

  it.runIf(kind === 'postgresql')('end with 503 when they take too long', async () => {
    const database = await open();
    const slow = runTextSearch(database, async (db) => {
      await db.query('set local statement_timeout = 50');
      return db.query('select pg_sleep(5)');
    });
    await expect(slow).rejects.toMatchObject({ status: 503, code: 'service_unavailable' });
  });

  it.runIf(kind === 'postgresql')('have a limit on every statement, which ends with them', async () => {
    const database = await open();
    const limit = (db: Pick<typeof database, 'query'>) =>
      db.query<{ limit: string }>(`select current_setting('statement_timeout') as limit`);
    expect((await runTextSearch(database, limit)).rows).toEqual([{ limit: '10s' }]);
    for (let look = 0; look < 3; look++) expect((await limit(database)).rows).toEqual([{ limit: '30s' }]);
  });
});
