import type { Database, Log } from './database.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { openPostgresqlDatabase } from './postgresql-database.ts';

export interface OpenDatabaseOptions {
  /** Connection URL of a PostgreSQL database. Without it the embedded database of the data folder is opened. */
  url?: string | undefined;
  dataDir: string;
  log: Log;
  /** The database stopped working for good, everything pending was rejected: the process must end. */
  onFatal: (error: Error) => void;
}

/** Opens the database. Its tables are made by `migrate`. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, dataDir, log, onFatal } = options;
  if (url) return await openPostgresqlDatabase({ url, log });
  return await openEmbeddedDatabase({ dataDir, log, onFatal });
}
