import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What the durable file system uses of Emscripten's file system over Node's; PGlite does not type it. */
interface EmscriptenNodeFs {
  stream_ops: Record<string, StreamOperation>;
  node_ops: Record<string, NodeOperation>;
  realPath(node: unknown): string;
}

type StreamOperation = (stream: EmscriptenStream, ...rest: unknown[]) => unknown;
type NodeOperation = (...parameters: unknown[]) => unknown;

interface EmscriptenStream {
  /** File descriptor in Node; directories have none. */
  nfd?: number;
  node: unknown;
  isWal?: boolean;
}

interface EmscriptenModule {
  NODEFS?: EmscriptenNodeFs;
  FS: { filesystems?: { NODEFS?: EmscriptenNodeFs } };
}

export interface DurableFileSystemOptions {
  /** Called once for every sync that has reached the disk. */
  onSync: () => void;
  /** A sync failed after PostgreSQL was told that it was done: nothing may be acknowledged any more. */
  onSyncFailed: (error: unknown) => void;
  syncFile?: (descriptor: number) => void;
}

/** WASI's code for an input/output error; PostgreSQL panics on it, as it must when a sync fails. */
const EIO = 29;

const WAL_SEGMENT = /\/pg_wal\/[0-9A-F]{24}$/;

/** Operations on names and attributes; they reach the disk on their own time. */
const CHANGING_NODE_OPERATIONS = ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'];

/**
 * PGlite's file system over a folder, with syncs that reach the disk. The stock one has none: `fsync` succeeds without
 * doing anything, and a power cut loses every acknowledged commit.
 *
 * Syncs of the WAL are put off until `syncWal`, so that commits that come together share one. That is sound under two
 * rules. The caller acknowledges nothing before `syncWal`. And while a sync is put off nothing but WAL is written:
 * whatever else is about to change in the folder waits for it, so that no change of data is on the disk before its WAL.
 */
export class DurableFileSystem extends NodeFS {
  readonly #options: DurableFileSystemOptions;
  readonly #unsynced = new Set<number>();

  constructor(folder: string, options: DurableFileSystemOptions) {
    super(folder);
    this.#options = options;
  }

  override async init(pglite: PGlite, options: Parameters<NodeFS['init']>[1]) {
    const initialised = await super.init(pglite, options);
    const { emscriptenOpts } = initialised;
    const preRun = emscriptenOpts.preRun ?? [];
    preRun.push((module) => this.#install(module as unknown as EmscriptenModule));
    emscriptenOpts.preRun = preRun;
    return initialised;
  }

  /** Whether there is WAL that was written and not synced yet. */
  get hasUnsyncedWal(): boolean {
    return this.#unsynced.size > 0;
  }

  /** Syncs the WAL that was put off. */
  syncWal(): void {
    if (this.#unsynced.size === 0) return;
    try {
      for (const descriptor of this.#unsynced) this.#sync(descriptor);
    } catch (error) {
      this.#options.onSyncFailed(error);
      throw error;
    }
    this.#unsynced.clear();
  }

  #sync(descriptor: number): void {
    const { syncFile = fdatasyncSync, onSync } = this.#options;
    syncFile(descriptor);
    onSync();
  }

  #install(module: EmscriptenModule): void {
    const nodeFs = module.NODEFS ?? module.FS.filesystems?.NODEFS;
    const { stream_ops: streams, node_ops: nodes } = nodeFs ?? {};
    if (!nodeFs || !streams?.write || !streams.close || !streams.setattr || !nodes) {
      throw new Error('this version of PGlite offers no place to sync files: the database would not be durable');
    }
    const isWal = (stream: EmscriptenStream): boolean => {
      stream.isWal ??= WAL_SEGMENT.test(nodeFs.realPath(stream.node));
      return stream.isWal;
    };

    streams.fsync = (stream) => {
      if (isWal(stream)) {
        this.#unsynced.add(stream.nfd!);
        return 0;
      }
      try {
        this.syncWal();
        if (stream.nfd !== undefined) this.#sync(stream.nfd);
        else this.#syncFolder(nodeFs.realPath(stream.node));
        return 0;
      } catch {
        return EIO;
      }
    };

    const { write, close, setattr } = streams;
    streams.write = (stream, ...rest) => {
      if (this.hasUnsyncedWal && !isWal(stream)) this.syncWal();
      return write(stream, ...rest);
    };
    streams.close = (stream) => {
      if (this.#unsynced.has(stream.nfd!)) this.syncWal();
      return close(stream);
    };
    streams.setattr = (stream, ...rest) => {
      this.syncWal();
      return setattr(stream, ...rest);
    };
    for (const name of CHANGING_NODE_OPERATIONS) {
      const change = nodes[name];
      if (!change) throw new Error(`this version of PGlite has no file operation ${name}`);
      nodes[name] = (...parameters) => {
        this.syncWal();
        return change(...parameters);
      };
    }
  }

  #syncFolder(path: string): void {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    this.#options.onSync();
  }
}
