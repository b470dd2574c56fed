import { silentLog } from '../../../test-kit/src/databases.ts';
import { systemClock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import type { AdminDeps } from './admin-deps.ts';
import { createAdmin } from './index.ts';

const MASTER_KEY = Buffer.alloc(32, 1);

/** The capability on a real database. */
export function adminOn(
  database: Database,
  changes: Partial<Pick<AdminDeps, 'clock' | 'log'>> & { masterKey?: Buffer } = {},
): ReturnType<typeof createAdmin> {
  const { masterKey = MASTER_KEY } = changes;
  return createAdmin({
    publicUrl: 'https://sign.example.com',
    database,
    clock: systemClock,
    box: createSecretBox(masterKey, 'columns'),
    log: silentLog,
    ...changes,
    masterKey,
  });
}
