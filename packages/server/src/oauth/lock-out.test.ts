import { beforeEach, expect, it } from 'vitest';
import { silentLog, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { openDatabase } from '../kernel/db/open-database.ts';
import { createLockOut, type LockOut } from './lock-out.ts';
import { deleteOldFailures } from './lock-out-store.ts';

const CLIENT = `t${'0'.repeat(32)}`;
const OTHER_CLIENT = `p${'1'.repeat(32)}`;
const ADDRESS = '192.0.2.7';
const MINUTE_MS = 60_000;

describeOnEachDatabase('lock-out of failed authentications', (open, kind) => {
  let database: TestDatabase;
  let time: number;
  const clock = { now: () => new Date(time) };

  beforeEach(async () => {
    database = await open();
    time = Date.parse('2026-11-24T10:00:00Z');
  });

  const started = async (on: Database = database): Promise<LockOut> => {
    const lockOut = createLockOut({ database: on, clock, log: silentLog });
    await lockOut.start();
    return lockOut;
  };

  async function fail(lockOut: LockOut, times: number, clientId = CLIENT, address = ADDRESS): Promise<void> {
    for (let n = 0; n < times; n++) {
      await lockOut.recordFailure({ clientId, address, reason: 'wrong or expired secret', requestId: `r${n}` });
    }
  }

  const isOpen = (lockOut: LockOut, clientId = CLIENT, address = ADDRESS): boolean => {
    try {
      lockOut.requireOpen({ clientId, address });
      return true;
    } catch (error) {
      expect(error).toMatchObject({ status: 429, code: 'too_many_requests' });
      return false;
    }
  };

  it('locks a client id from one address after 20 failures, for ten minutes', async () => {
    const lockOut = await started();
    await fail(lockOut, 19);
    expect(isOpen(lockOut)).toBe(true);
    await fail(lockOut, 1);
    expect(isOpen(lockOut)).toBe(false);
    time += 10 * MINUTE_MS - 1;
    expect(isOpen(lockOut)).toBe(false);
    time += 1;
    expect(isOpen(lockOut)).toBe(true);
    lockOut.close();
  });

  it('says how long the lock-out still lasts', async () => {
    const lockOut = await started();
    await fail(lockOut, 20);
    time += 9 * MINUTE_MS;
    expect(() => lockOut.requireOpen({ clientId: CLIENT, address: ADDRESS })).toThrowError(
      expect.objectContaining({ retryAfterSeconds: 60 }),
    );
    lockOut.close();
  });

  it('never locks a client id alone: other addresses and other clients go on', async () => {
    const lockOut = await started();
    for (let host = 1; host <= 60; host++) await fail(lockOut, 3, CLIENT, `198.51.100.${host}`);
    expect(isOpen(lockOut, CLIENT, ADDRESS)).toBe(true);
    await fail(lockOut, 20);
    expect(isOpen(lockOut, CLIENT, '198.51.100.1')).toBe(true);
    expect(isOpen(lockOut, OTHER_CLIENT, ADDRESS)).toBe(true);
    lockOut.close();
  });

  it('locks an address after 100 failures with any client ids', async () => {
    const lockOut = await started();
    for (let n = 0; n < 99; n++) await fail(lockOut, 1, `t${n.toString(16).padStart(32, '0')}`);
    expect(isOpen(lockOut, OTHER_CLIENT)).toBe(true);
    await fail(lockOut, 1, OTHER_CLIENT);
    expect(isOpen(lockOut, `p${'f'.repeat(32)}`)).toBe(false);
    expect(isOpen(lockOut, OTHER_CLIENT, '203.0.113.1')).toBe(true);
    lockOut.close();
  });

  it('forgets failures that are more than ten minutes ago', async () => {
    const lockOut = await started();
    await fail(lockOut, 19);
    time += 10 * MINUTE_MS;
    await fail(lockOut, 19);
    expect(isOpen(lockOut)).toBe(true);
    lockOut.close();
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    const lockOut = await started();
    for (let host = 1; host <= 20; host++) await fail(lockOut, 1, CLIENT, `2001:db8::${host.toString(16)}`);
    expect(isOpen(lockOut, CLIENT, '2001:db8::ffff')).toBe(false);
    expect(isOpen(lockOut, CLIENT, '2001:db8:0:1::1')).toBe(true);
    lockOut.close();
  });

  it('survives a restart', async () => {
    const before = await started();
    await fail(before, 20);
    before.close();
    const after = await started();
    expect(isOpen(after)).toBe(false);
    after.close();
  });

  if (kind === 'postgresql') {
    it('holds in every process on the database', async () => {
      const otherConnection = await openDatabase({ ...database.location, log: silentLog, onFatal() {} });
      const [here, there] = [await started(), await started(otherConnection)];
      // Half of the failures on each side.
      await fail(here, 10);
      await fail(there, 10);
      await expect.poll(() => isOpen(here)).toBe(false);
      expect(isOpen(there)).toBe(false);
      here.close();
      there.close();
      await otherConnection.close();
    });
  }

  it('records time, client, address and reason, newest first, and nothing that was typed into the wrong field', async () => {
    const lockOut = await started();
    await fail(lockOut, 1);
    time += 1000;
    await fail(lockOut, 1, 'a secret in the wrong field', '203.0.113.9');
    const failures = await lockOut.listFailures({ limit: 10 });
    expect(failures).toMatchObject([
      { clientId: 'unknown', address: '203.0.113.9', occurredAt: new Date(time), reason: 'wrong or expired secret' },
      { clientId: CLIENT, address: ADDRESS, occurredAt: new Date(time - 1000) },
    ]);
    expect(JSON.stringify(failures)).not.toContain('a secret');
    expect(await lockOut.listFailures({ clientId: CLIENT, limit: 10 })).toHaveLength(1);
    expect(await lockOut.listFailures({ beforeId: failures[0]!.id, limit: 10 })).toEqual([failures[1]]);
    lockOut.close();
  });

  it('keeps what is young enough, and no more than it may', async () => {
    const lockOut = await started();
    for (let n = 0; n < 6; n++) {
      time += MINUTE_MS;
      await fail(lockOut, 1);
    }
    await deleteOldFailures(database, new Date(time - 4 * MINUTE_MS), 100);
    expect(await lockOut.listFailures({ limit: 10 })).toHaveLength(5);
    await deleteOldFailures(database, new Date(time - 4 * MINUTE_MS), 2);
    const kept = await lockOut.listFailures({ limit: 10 });
    expect(kept.map((one) => one.occurredAt.getTime())).toEqual([time, time - MINUTE_MS]);
    lockOut.close();
  });
});
