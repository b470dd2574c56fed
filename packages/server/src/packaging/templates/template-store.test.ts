import { beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../../test-kit/src/each-database.ts';
import type { Database } from '../../kernel/db/database.ts';
import { releaseFiles } from '../../kernel/files/file-owners.ts';
import { uuidv7 } from '../../kernel/ids/uuid.ts';
import {
  findTemplate,
  insertTemplate,
  listTemplates,
  type Owner,
  removeTemplate,
  replaceTemplate,
  type TemplateRecord,
} from './template-store.ts';
import { windowsZone, windowsZones } from './time-zones.ts';

const now = new Date('2026-03-01T12:00:00Z');
const template = (name: string, file = 'a'): TemplateRecord => ({
  id: uuidv7(now),
  name,
  file: { sha256: file.repeat(64), sizeBytes: 10 },
  lastEdited: now,
});

describeOnEachDatabase('stored PDF templates', (openDatabase) => {
  let database: Database;
  let owner: Owner;
  let others: Owner[];

  beforeAll(async () => {
    database = await openDatabase();
    const account = async () => {
      const id = uuidv7(now);
      await database.query('insert into accounts (id, name, created_at) values ($1, $2, $3)', [id, id, now]);
      return id;
    };
    owner = { accountId: await account(), environment: 'test' };
    others = [
      { ...owner, environment: 'prod' },
      { accountId: await account(), environment: 'test' },
    ];
  });

  const usedFiles = async (id: string) =>
    (await database.query<{ sha256: string }>('select sha256 from files where owner_id = $1', [id])).rows.map(
      ({ sha256 }) => sha256[0],
    );

  it('are those of one account and environment, each with a name of its own there', async () => {
    const made = template('House style');
    await database.transaction((tx) => insertTemplate(tx, owner, made));
    for (const other of others) {
      expect(await listTemplates(database, other)).toEqual([]);
      expect(await findTemplate(database, other, made.id)).toBeUndefined();
      expect(await database.transaction((tx) => replaceTemplate(tx, other, made))).toBe(false);
      expect(await database.transaction((tx) => removeTemplate(tx, other, made.id))).toBe(false);
      await database.transaction((tx) => insertTemplate(tx, other, template('House style')));
    }
    expect(await listTemplates(database, owner)).toEqual([made]);
    const again = database.transaction((tx) => insertTemplate(tx, owner, template('House style')));
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });

  it('use the file of what they are now', async () => {
    const made = template('Blue');
    await database.transaction((tx) => insertTemplate(tx, owner, made));
    expect(await usedFiles(made.id)).toEqual(['a']);
    const changed = { ...made, file: { sha256: 'b'.repeat(64), sizeBytes: 12 } };
    await database.transaction(async (tx) => {
      await releaseFiles(tx, made.id);
      expect(await replaceTemplate(tx, owner, changed)).toBe(true);
    });
    expect(await usedFiles(made.id)).toEqual(['b']);
    expect(await findTemplate(database, owner, made.id)).toEqual(changed);
  });
});

it.each([
  ['W. Europe Standard Time', 'W. Europe Standard Time'],
  ['fle standard time', 'FLE Standard Time'],
  ['Europe/Oslo', 'W. Europe Standard Time'],
  ['Europe/Helsinki', 'FLE Standard Time'],
  ['Asia/Kolkata', 'India Standard Time'],
  ['Mars/Olympus', undefined],
])('a zone is known by its Windows id and as IANA names it: %s', (name, id) => {
  expect(windowsZone(name)).toBe(id);
  expect(windowsZones().every((one) => windowsZone(one) === one)).toBe(true);
});
