import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import { openDatabase } from '../db/open-database.ts';
import { type AccountClocks, type ClockMove, createAccountClocks } from './account-clocks.ts';

const HOUR_MS = 3_600_000;
const REAL = new Date('2026-11-24T10:00:00.000Z');

describeOnEachDatabase('DT-7: account clocks', (open, kind) => {
  let database: TestDatabase;
  let clocks: AccountClocks;
  let account: string;
  let real: Date;

  const newClocks = async (on = database) => {
    const made = createAccountClocks({ database: on, clock: { now: () => real }, log: silentLog });
    await made.start();
    return made;
  };
  const move = (by: ClockMove, who = account) => database.transaction((tx) => clocks.move(tx, who, by));

  beforeAll(async () => {
    database = await open();
  });
  beforeEach(async () => {
    account = randomUUID();
    real = REAL;
    clocks = await newClocks();
  });
  afterEach(() => clocks.close());

  it('show real time until they are moved', async () => {
    expect(clocks.now(account, 'test')).toEqual(REAL);
    expect(await clocks.read(database, account, 'test')).toEqual(REAL);
  });

  it('are moved by a duration or to an instant, and then go on', async () => {
    expect(await move({ byMs: HOUR_MS })).toEqual(new Date('2026-11-24T11:00:00.000Z'));
    expect(await move({ byMs: 1_500 })).toEqual(new Date('2026-11-24T11:00:01.500Z'));
    expect(await move({ to: new Date('2026-12-24T00:00:00.123Z') })).toEqual(new Date('2026-12-24T00:00:00.123Z'));
    real = new Date(REAL.getTime() + 1_000);
    expect(clocks.now(account, 'test')).toEqual(new Date('2026-12-24T00:00:01.123Z'));
    expect(await clocks.read(database, account, 'test')).toEqual(new Date('2026-12-24T00:00:01.123Z'));
  });

  it('never go back', async () => {
    await move({ byMs: HOUR_MS });
    for (const back of [
      { byMs: -1 },
      { to: REAL },
      { to: new Date('2026-11-24T10:59:59.999Z') },
      { to: new Date('1999-01-01T00:00:00Z') },
    ]) {
      await expect(move(back)).rejects.toMatchObject({ status: 422, code: 'clock_cannot_go_back' });
    }
    expect(await move({ byMs: 0 })).toEqual(new Date('2026-11-24T11:00:00.000Z'));
  });

  it('stay within ten years of real time', async () => {
    await move({ to: new Date('2036-11-24T10:00:00.000Z') });
    const tooFar: ClockMove[] = [
      { byMs: 100 * 24 * HOUR_MS },
      { byMs: 1e300 },
      { to: new Date('9999-01-01T00:00:00Z') },
    ];
    for (const far of tooFar) await expect(move(far)).rejects.toMatchObject({ status: 422, code: 'clock_too_far' });
  });

  it('move one account, and its test environment only', async () => {
    const other = randomUUID();
    await move({ byMs: HOUR_MS });
    for (const [who, environment] of [
      [other, 'test'],
      [account, 'prod'],
    ] as const) {
      expect(clocks.now(who, environment)).toEqual(REAL);
      expect(await clocks.read(database, who, environment)).toEqual(REAL);
    }
    const { rows } = await database.query(
      `select account_now($1, 'test', $3) as test, account_now($1, 'prod', $3) as prod, account_now($2, 'test', $3) as other`,
      [account, other, REAL],
    );
    expect(rows).toEqual([{ test: new Date('2026-11-24T11:00:00.000Z'), prod: REAL, other: REAL }]);
  });

  it('add up moves that come at the same time', async () => {
    await Promise.all(Array.from({ length: 10 }, () => move({ byMs: 1_000 })));
    expect(clocks.now(account, 'test').getTime() - REAL.getTime()).toBe(10_000);
  });

  it('do not move when the transaction is rolled back', async () => {
    const undone = database.transaction(async (tx) => {
      await clocks.move(tx, account, { byMs: HOUR_MS });
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(clocks.now(account, 'test')).toEqual(REAL);
    expect(await clocks.read(database, account, 'test')).toEqual(REAL);
  });

  it('are where they were after a restart', async () => {
    await move({ byMs: HOUR_MS });
    const again = await newClocks();
    expect(again.now(account, 'test')).toEqual(new Date('2026-11-24T11:00:00.000Z'));
    again.close();
  });

  if (kind === 'postgresql') {
    it('are the same in every process within a moment, also when the signal of a move gets lost', async () => {
      const elsewhere = await openDatabase({ ...database.location, log: silentLog, onFatal: () => {} });
      const others = await newClocks(elsewhere as TestDatabase);
      await move({ byMs: HOUR_MS });
      expect(await others.read(elsewhere, account, 'test')).toEqual(new Date('2026-11-24T11:00:00.000Z'));
      await expect.poll(() => others.now(account, 'test')).toEqual(new Date('2026-11-24T11:00:00.000Z'));
      await database.query('update account_clocks set ahead_ms = ahead_ms + 1000 where account_id = $1', [account]);
      await expect
        .poll(() => others.now(account, 'test'), { timeout: 5_000 })
        .toEqual(new Date('2026-11-24T11:00:01.000Z'));
      others.close();
      await elsewhere.close();
    });
  }
});
