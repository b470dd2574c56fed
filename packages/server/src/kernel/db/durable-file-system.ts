import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What the durable file system uses of Emscripten's file system over Node's; PGlite does not type it. */
interface EmscriptenNodeFs {
  stream_ops: { fsync?: (stream: EmscriptenStream) => number };
  realPath(node: unknown): string;
}

interface EmscriptenStream {
  /** File descriptor in Node; directories have none. */
  nfd?: number;
  node: unknown;
}

interface EmscriptenModule {
  NODEFS?: EmscriptenNodeFs;
  FS: { filesystems?: { NODEFS?: EmscriptenNodeFs } };
}

/** WASI's code for an input/output error; PostgreSQL panics on it, as it must when a sync fails. */
const EIO = 29;

/**
 * PGlite's file system over a folder, with syncs that reach the disk. The stock one has none: `fsync` succeeds without
 * doing anything, and a power cut loses every acknowledged commit.
 */
export class DurableFileSystem extends NodeFS {
  readonly #onSync: () => void;
  readonly #syncFile: (descriptor: number) => void;

  /** `onSync` is called once for every sync that has reached the disk. */
  constructor(folder: string, onSync: () => void, syncFile: (descriptor: number) => void = fdatasyncSync) {
    super(folder);
    this.#onSync = onSync;
    this.#syncFile = syncFile;
  }

  override async init(pglite: PGlite, options: Parameters<NodeFS['init']>[1]) {
    const initialised = await super.init(pglite, options);
    const { emscriptenOpts } = initialised;
    const preRun = emscriptenOpts.preRun ?? [];
    preRun.push((module) => this.#installSync(module as unknown as EmscriptenModule));
    emscriptenOpts.preRun = preRun;
    return initialised;
  }

  #installSync(module: EmscriptenModule): void {
    const nodeFs = module.NODEFS ?? module.FS.filesystems?.NODEFS;
    if (!nodeFs?.stream_ops) {
      throw new Error('this version of PGlite offers no place to sync files: the database would not be durable');
    }
    nodeFs.stream_ops.fsync = (stream) => {
      try {
        if (stream.nfd === undefined) syncFolder(nodeFs.realPath(stream.node));
        else this.#syncFile(stream.nfd);
      } catch {
        return EIO;
      }
      this.#onSync();
      return 0;
    };
  }
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
