import { afterAll, describe, onTestFinished } from 'vitest';
import { type DatabaseKind, freshDatabase, type TestDatabase } from './databases.ts';

/**
 * Runs a suite on both databases. `open` gives a fresh database, which is closed at the end of the test that opened it,
 * or of the suite when it was opened outside of a test.
 */
export function describeOnEachDatabase(
  name: string,
  suite: (open: () => Promise<TestDatabase>, kind: DatabaseKind) => void,
): void {
  for (const kind of ['embedded', 'postgresql'] as const) {
    describe(`${name} (${kind})`, () => {
      const opened: TestDatabase[] = [];
      afterAll(async () => {
        for (const database of opened) await database.close();
      });
      suite(async () => {
        const database = await freshDatabase(kind);
        try {
          onTestFinished(() => database.close());
        } catch {
          // Not inside a test.
          opened.push(database);
        }
        return database;
      }, kind);
    });
  }
}
