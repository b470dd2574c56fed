import type { Readable } from 'node:stream';

export interface StoredFile {
  /** Lower-case hex SHA-256 of the content: the file's name within its account. */
  sha256: string;
  sizeBytes: number;
}

/** Content-addressed files, kept apart per account and encrypted at rest. A resolved `put` has reached the disk. */
export interface FileStore {
  put(accountId: string, content: Buffer | Readable): Promise<StoredFile>;
  /** `range` is inclusive, in bytes of the content. Throws `FileMissingError` when there is no such file. */
  stream(accountId: string, sha256: string, range?: { start: number; end: number }): Promise<Readable>;
  read(accountId: string, sha256: string): Promise<Buffer>;
  size(accountId: string, sha256: string): Promise<number | undefined>;
  delete(accountId: string, sha256: string): Promise<void>;
}
