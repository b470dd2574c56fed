import { fdatasyncSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DatabaseLocation, freshLocation, removeLocation } from '../../../../test-kit/src/databases.ts';
import { type Engine, startEngine } from './embedded-engine.ts';
import { StatementRunner } from './statement-runner.ts';

let location: DatabaseLocation;
let engine: Engine;
let syncs = 0;
let syncTakesMs = 0;

beforeAll(async () => {
  location = await freshLocation('embedded');
  engine = await startEngine({
    folder: join(location.dataDir, 'database'),
    onSync: () => syncs++,
    syncFile: (descriptor) => {
      const end = performance.now() + syncTakesMs;
      while (performance.now() < end);
      fdatasyncSync(descriptor);
    },
    onBroken: (message) => {
      throw new Error(message);
    },
  });
});
afterAll(async () => {
  await engine.close();
  await removeLocation(location);
});

/** The message of a simple query: 'Q', length, text, zero. */
function query(text: string): Uint8Array {
  const message = Buffer.alloc(6 + text.length);
  message.write('Q', 0);
  message.writeInt32BE(5 + text.length, 1);
  message.write(text, 5);
  return message;
}

/** Runs the statements as if they had arrived together; says how many syncs and answers there were. */
function runTogether(statements: string[]): { syncs: number; answers: number; unsynced: boolean } {
  const [first, ...rest] = statements.map(query);
  let answers = 0;
  let unsynced = false;
  const runner = new StatementRunner({
    engine,
    receive: () => rest.shift(),
    answer: () => {
      answers++;
      unsynced ||= engine.hasUnsyncedWal();
    },
  });
  const before = syncs;
  runner.run(first!);
  return { syncs: syncs - before, answers, unsynced };
}

it('lets commits that come together share a sync, the more the slower the disk', () => {
  runTogether(['create table notes (id integer)', 'insert into notes values (0)']);
  const inserts = Array.from({ length: 200 }, (_, i) => `insert into notes values (${i})`);

  syncTakesMs = 20;
  // The first sync shows how slow the disk is.
  const slow = runTogether(inserts);
  expect(slow.syncs).toBeGreaterThan(0);
  expect(slow.syncs).toBeLessThan(40);
  expect(slow.answers).toBe(slow.syncs);
  syncTakesMs = 0;
});

it('answers nothing before it is on the disk', () => {
  const statements = Array.from({ length: 100 }, (_, i) =>
    i % 3 ? `insert into notes values (${i})` : 'select count(*) from notes',
  );
  const { unsynced, answers } = runTogether(statements);
  expect(unsynced).toBe(false);
  expect(answers).toBeGreaterThan(0);
});

it('does not sync for reading', () => {
  expect(runTogether(['select count(*) from notes', 'select 1']).syncs).toBe(0);
});
