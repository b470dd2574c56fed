import type { Readable } from 'node:stream';

export interface StoredFile {
  /** Lower-case hex SHA-256 of the content: the file's name within its account. */
  sha256: string;
  sizeBytes: number;
}

/**
 * Content-addressed files, kept apart per account and encrypted at rest. A resolved `put` has reached the disk. A file
 * that no row of the table `files` names an hour later is deleted (`record_file` in SQL names it).
 */
export interface FileStore {
  put(accountId: string, content: Buffer | Readable): Promise<StoredFile>;
  /** `range` is inclusive, in bytes of the content. Throws `FileMissingError` when there is no such file. */
  stream(accountId: string, sha256: string, range?: { start: number; end: number }): Promise<Readable>;
  /** The whole content, its hash checked. Throws `FileMissingError` when there is no such file. */
  read(accountId: string, sha256: string): Promise<Buffer>;
  /** Bytes of the content; `undefined` when there is no such file. */
  size(accountId: string, sha256: string): Promise<number | undefined>;
  delete(accountId: string, sha256: string): Promise<void>;
  /**
   * Deletes a file unless somebody has put the same content since then, by the store's own clock: who puts a file names
   * its use a little later, and must find it there.
   */
  deleteUnlessPutSince(accountId: string, sha256: string, since: Date): Promise<'deleted' | 'kept' | 'missing'>;
  /** Every file that is stored, in no order. */
  list(): AsyncIterable<{ accountId: string; sha256: string }>;
}

/** A file that should be in the store is not: a fault of the instance, not of a caller. */
export class FileMissingError extends Error {
  constructor(sha256: string) {
    super(`file ${sha256} is not in the file store`);
    this.name = 'FileMissingError';
  }
}

/** A stored file was changed, cut or replaced after it was written. */
export class FileDamagedError extends Error {
  constructor(sha256: string, what: string, cause?: unknown) {
    super(`file ${sha256} is damaged: ${what}`, { cause });
    this.name = 'FileDamagedError';
  }
}
