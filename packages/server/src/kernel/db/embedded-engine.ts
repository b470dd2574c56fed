import { PGlite } from '@electric-sql/pglite';
import { DurableFileSystem } from './durable-file-system.ts';

/** Whatever PostgreSQL's main loop throws for an ordinary error of a statement; PGlite handles it. */
const STATEMENT_ERROR = 100;

interface MainLoopModule {
  _PostgresMainLoopOnce(): void;
}

export interface EngineOptions {
  folder: string;
  onSync: () => void;
  /** Replaces the sync of a file, to see what a failing disk does. */
  syncFile?: (descriptor: number) => void;
  /** The engine is broken, for example because a sync failed. Nothing it says afterwards can be trusted. */
  onBroken: (message: string) => void;
}

/**
 * PostgreSQL as WebAssembly on a folder, made durable: `-F` is left out, so commits sync. `fdatasync` is an empty
 * function in this build, so the WAL must be synced by `fsync`. There is no background process: checkpoints and vacuum
 * are the caller's business.
 */
export async function startEngine(options: EngineOptions): Promise<PGlite> {
  let lastLine = '';
  const fs = new DurableFileSystem(options.folder, options.onSync, options.syncFile);
  const engine = new PGlite({
    fs,
    startParams: [
      ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
      ...setting('fsync', 'on'),
      ...setting('wal_sync_method', 'fsync'),
      // A quarter of the default saves 120 MB; what does not fit is in the page cache of the machine.
      ...setting('shared_buffers', '32MB'),
      ...setting('max_wal_size', '256MB'),
      ...setting('min_wal_size', '32MB'),
    ],
    onStderr: (text) => {
      lastLine = text;
      if (/\b(PANIC|FATAL):/.test(text)) options.onBroken(text);
      return false;
    },
  } as ConstructorParameters<typeof PGlite>[0]);
  await engine.waitReady;

  const module = engine.Module as unknown as MainLoopModule;
  const runOnce = module._PostgresMainLoopOnce;
  module._PostgresMainLoopOnce = () => {
    try {
      runOnce();
    } catch (error) {
      // PGlite swallows every exception here and would loop for ever on one that is not a statement's error.
      if ((error as { status?: number }).status !== STATEMENT_ERROR) options.onBroken(`${error} ${lastLine}`);
      throw error;
    }
  };
  return engine;
}

function setting(name: string, value: string): [string, string] {
  return ['-c', `${name}=${value}`];
}
