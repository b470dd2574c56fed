import { PGlite } from '@electric-sql/pglite';
import { DurableFileSystem } from './durable-file-system.ts';

/** Whatever PostgreSQL's main loop throws for an ordinary error of a statement; PGlite handles it. */
const STATEMENT_ERROR = 100;

interface MainLoopModule {
  _PostgresMainLoopOnce(): void;
}

export interface EngineOptions {
  folder: string;
  /** Called once for every sync that has reached the disk. */
  onSync: () => void;
  /** Replaces the sync of a file, to see what a slow or a failing disk does. */
  syncFile?: (descriptor: number) => void;
  /** The engine is broken, for example because a sync failed. Nothing it says afterwards can be trusted. */
  onBroken: (message: string) => void;
}

export interface Engine {
  /**
   * Runs messages of the PostgreSQL protocol and returns when all are answered. `onAnswer` gets the answers piece by
   * piece, in memory that is overwritten afterwards. What they acknowledge is durable after `syncWal`.
   */
  run(messages: Uint8Array, onAnswer: (bytes: Uint8Array) => void): void;
  syncWal(): void;
  hasUnsyncedWal(): boolean;
  close(): Promise<void>;
}

/**
 * PostgreSQL as WebAssembly on a folder, made durable: `-F` is left out, so commits sync. `fdatasync` is an empty
 * function in this build, so the WAL must be synced by `fsync`. There is no background process: checkpoints and vacuum
 * are the caller's business.
 */
export async function startEngine({ folder, onSync, syncFile, onBroken }: EngineOptions): Promise<Engine> {
  let lastLine = '';
  const fs = new DurableFileSystem(folder, {
    onSync,
    ...(syncFile && { syncFile }),
    onSyncFailed: (error) => onBroken(`could not fsync the WAL: ${error}`),
  });
  const pglite = new PGlite({
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
      if (/\b(PANIC|FATAL):/.test(text)) onBroken(text);
      return false;
    },
  } as ConstructorParameters<typeof PGlite>[0]);
  await pglite.waitReady;
  fs.syncWal();

  const module = pglite.Module as unknown as MainLoopModule;
  const runOnce = module._PostgresMainLoopOnce;
  module._PostgresMainLoopOnce = () => {
    try {
      runOnce();
    } catch (error) {
      // PGlite swallows every exception here and would loop for ever on one that is not a statement's error.
      if ((error as { status?: number }).status !== STATEMENT_ERROR) onBroken(`${error} ${lastLine}`);
      throw error;
    }
  };

  return {
    run(messages, onAnswer) {
      // Synchronous, for all that it returns a promise.
      void pglite.execProtocolRawStream(messages, { syncToFs: false, onRawData: onAnswer });
    },
    syncWal: () => fs.syncWal(),
    hasUnsyncedWal: () => fs.hasUnsyncedWal,
    async close() {
      await pglite.close();
      fs.syncWal();
    },
  };
}

function setting(name: string, value: string): [string, string] {
  return ['-c', `${name}=${value}`];
}
