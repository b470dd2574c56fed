import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { systemClock } from '../clock/clock.ts';
import type { Log } from '../db/database.ts';
import { syncFolder } from '../db/sync-tree.ts';
import {
  CHUNK_BYTES,
  chunkCount,
  contentSize,
  type FileCipher,
  fileCipherFrom,
  HEADER_BYTES,
  isSameTag,
  NAME_TAG_BYTES,
  newFileCipher,
  SEALED_CHUNK_BYTES,
} from './file-cipher.ts';
import { FileDamagedError, FileMissingError, type FileStore, type StoredFile } from './files.ts';

const ACCOUNT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Unfinished files of this age are left over from a process that died: nobody takes that long. */
const LEFTOVER_AGE_MS = 3_600_000;

/** Begins the name of a file that was taken out of its place, and may be put back. */
const TAKEN = 'taken.';

const KNOWN_FOLDERS = 10_000;

/** One megabyte in one call to the disk. */
const CHUNKS_AT_ONCE = 16;

export interface LocalFileStoreOptions {
  directory: string;
  masterKey: Buffer;
  log: Log;
}

/** Files in a folder: `<account>/<first two digits>/<sha256>`, written as `tmp/<random>` and renamed when complete. */
export async function createLocalFileStore({ directory, masterKey, log }: LocalFileStoreOptions): Promise<FileStore> {
  const unfinished = join(directory, 'tmp');
  /** Folders that are known to exist on the disk. */
  const known = new Set<string>();
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await removeLeftovers(unfinished, log, async (path, accountId, sha256) => publish(path, pathOf(accountId, sha256)));

  function pathOf(accountId: string, sha256: string): string {
    if (!ACCOUNT_ID.test(accountId)) throw new TypeError(`${accountId} is no account id`);
    if (!SHA256.test(sha256)) throw new TypeError(`${sha256} is no SHA-256 in lower-case hex`);
    return join(directory, accountId, sha256.slice(0, 2), sha256);
  }

  async function size(accountId: string, sha256: string): Promise<number | undefined> {
    try {
      return contentSize((await stat(pathOf(accountId, sha256))).size);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Makes a stored file young, so that nobody who is about to delete it goes on. */
  async function isThereFromNowOn(accountId: string, sha256: string): Promise<boolean> {
    const now = systemClock.now();
    try {
      await utimes(pathOf(accountId, sha256), now, now);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async function put(accountId: string, content: Buffer | Readable): Promise<StoredFile> {
    let known: StoredFile | undefined;
    if (Buffer.isBuffer(content)) {
      known = { sha256: createHash('sha256').update(content).digest('hex'), sizeBytes: content.length };
      if (
        (await isThereFromNowOn(accountId, known.sha256)) &&
        (await size(accountId, known.sha256)) === known.sizeBytes
      ) {
        // Whoever wrote it may not have synced its name yet.
        await syncFolder(dirname(pathOf(accountId, known.sha256)));
        return known;
      }
    }
    const path = join(unfinished, randomBytes(16).toString('hex'));
    try {
      const stored = await writeSealed(path, newFileCipher(masterKey, accountId), content, known);
      await publish(path, pathOf(accountId, stored.sha256));
      return stored;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Replacing is harmless: the same name has the same content. */
  async function publish(from: string, to: string): Promise<void> {
    const folder = dirname(to);
    if (!known.has(folder)) {
      await makeFolder(folder);
      if (known.size >= KNOWN_FOLDERS) known.clear();
      known.add(folder);
    }
    try {
      await rename(from, to);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Somebody removed the folder by hand.
      await makeFolder(folder);
      await rename(from, to);
    }
    await syncFolder(folder);
  }

  async function makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(folder));
    await syncFolder(directory);
  }

  async function openStored(accountId: string, sha256: string): Promise<OpenFile> {
    let handle: FileHandle;
    try {
      handle = await open(pathOf(accountId, sha256), 'r');
    } catch (error) {
      if (isMissing(error)) throw new FileMissingError(sha256);
      throw error;
    }
    try {
      return await readFrame(handle, masterKey, accountId, sha256);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  return {
    put,
    size,
    async stream(accountId, sha256, range) {
      const file = await openStored(accountId, sha256);
      const { start, end } = range ?? { start: 0, end: file.sizeBytes - 1 };
      if (range && (start < 0 || end < start || end >= file.sizeBytes)) {
        await file.handle.close();
        throw new RangeError(`bytes ${start} to ${end} of a file of ${file.sizeBytes} bytes`);
      }
      const stream = Readable.from(readRange(file, start, end), { objectMode: false });
      // A stream that is given up before it is read never starts the generator that would close the file.
      stream.once('close', () => void file.handle.close());
      return stream;
    },
    async read(accountId, sha256) {
      const file = await openStored(accountId, sha256);
      const parts: Buffer[] = [];
      for await (const part of readRange(file, 0, file.sizeBytes - 1)) parts.push(part);
      const content = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      if (createHash('sha256').update(content).digest('hex') !== sha256) {
        throw new FileDamagedError(sha256, 'its content has another hash');
      }
      return content;
    },
    async delete(accountId, sha256) {
      await removeAndSync(pathOf(accountId, sha256), pathOf(accountId, sha256));
    },
    async deleteUnlessPutSince(accountId, sha256, since) {
      const path = pathOf(accountId, sha256);
      const taken = join(unfinished, `${TAKEN}${accountId}.${sha256}`);
      try {
        if ((await stat(path)).mtime >= since) return 'kept';
        // Taken away first: whoever puts it from here on writes it anew, and who was faster has made it young.
        await rename(path, taken);
        if ((await stat(taken)).mtime >= since) {
          await publish(taken, path);
          return 'kept';
        }
      } catch (error) {
        if (isMissing(error)) return 'missing';
        throw error;
      }
      await removeAndSync(taken, path);
      return 'deleted';
    },
    async *list() {
      for (const accountId of await namesIn(directory)) {
        if (!ACCOUNT_ID.test(accountId)) continue;
        for (const prefix of await namesIn(join(directory, accountId))) {
          for (const sha256 of await namesIn(join(directory, accountId, prefix))) {
            if (SHA256.test(sha256)) yield { accountId, sha256 };
          }
        }
      }
    },
  };
}

/** The removal of `path` reaches the disk with the folder in which the file had its name. */
async function removeAndSync(path: string, name: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(name)).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Writes and syncs a new file, hashing on the way unless hash and size are known. */
async function writeSealed(
  path: string,
  cipher: FileCipher,
  content: Buffer | Readable,
  known: StoredFile | undefined,
): Promise<StoredFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let index = 0;
  const handle = await open(path, 'wx', 0o600);
  try {
    let outgoing: Buffer[] = [cipher.header];
    for await (const { chunk, isLast } of inChunks(content)) {
      if (!known) hash.update(chunk);
      sizeBytes += chunk.length;
      outgoing.push(...cipher.sealChunk(chunk, index++, isLast));
      if (index % CHUNKS_AT_ONCE === 0) {
        await handle.writev(outgoing);
        outgoing = [];
      }
    }
    const sha256 = known?.sha256 ?? hash.digest('hex');
    outgoing.push(cipher.nameTag(sha256, sizeBytes));
    await handle.writev(outgoing);
    await handle.datasync();
    return { sha256, sizeBytes };
  } finally {
    await handle.close();
  }
}

/** Chunks of full size and a last one, which is empty for an empty content only. */
async function* inChunks(content: Buffer | Readable): AsyncGenerator<{ chunk: Buffer; isLast: boolean }> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const piece of Buffer.isBuffer(content) ? [content] : content) {
    let rest = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    // A full chunk waits until more content shows that it is not the last one.
    while (pendingBytes + rest.length > CHUNK_BYTES) {
      const taken = CHUNK_BYTES - pendingBytes;
      yield { chunk: joined([...pending, rest.subarray(0, taken)]), isLast: false };
      rest = rest.subarray(taken);
      pending = [];
      pendingBytes = 0;
    }
    pending.push(rest);
    pendingBytes += rest.length;
  }
  yield { chunk: joined(pending), isLast: true };
}

function joined(parts: Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

interface OpenFile {
  handle: FileHandle;
  cipher: FileCipher;
  sha256: string;
  sizeBytes: number;
}

/** Checks all but the chunks: header, size and name tag. */
async function readFrame(handle: FileHandle, masterKey: Buffer, accountId: string, sha256: string): Promise<OpenFile> {
  const { size: storedBytes } = await handle.stat();
  const sizeBytes = contentSize(storedBytes);
  if (sizeBytes === undefined) throw new FileDamagedError(sha256, 'its size is impossible');
  const [header, nameTag] = await Promise.all([
    readAt(handle, 0, HEADER_BYTES),
    readAt(handle, storedBytes - NAME_TAG_BYTES, NAME_TAG_BYTES),
  ]);
  const cipher = fileCipherFrom(masterKey, accountId, header);
  if (!cipher) throw new FileDamagedError(sha256, 'its header is unknown');
  if (!isSameTag(nameTag, cipher.nameTag(sha256, sizeBytes))) {
    throw new FileDamagedError(sha256, 'it is another file, was cut, or was sealed under another key');
  }
  return { handle, cipher, sha256, sizeBytes };
}

/** Reads and checks only the chunks that hold the range; closes the file. */
async function* readRange(file: OpenFile, start: number, end: number): AsyncGenerator<Buffer> {
  const { handle, cipher, sha256, sizeBytes } = file;
  const last = chunkCount(sizeBytes) - 1;
  const from = Math.floor(start / CHUNK_BYTES);
  const to = Math.max(from, Math.floor(end / CHUNK_BYTES));
  try {
    for (let index = from; index <= to; index += CHUNKS_AT_ONCE) {
      const next = Math.min(to + 1, index + CHUNKS_AT_ONCE);
      const sealedEnd = next > last ? sealedOffset(last) + sealedSize(last) : sealedOffset(next);
      const sealed = await readAt(handle, sealedOffset(index), sealedEnd - sealedOffset(index));
      for (let at = index; at < next; at++) {
        const position = sealedOffset(at) - sealedOffset(index);
        const content = openChunk(sealed.subarray(position, position + sealedSize(at)), at);
        const offset = at * CHUNK_BYTES;
        yield content.subarray(Math.max(0, start - offset), Math.min(content.length, end + 1 - offset));
      }
    }
  } finally {
    await handle.close();
  }

  function sealedSize(index: number): number {
    return index < last ? SEALED_CHUNK_BYTES : sizeBytes - last * CHUNK_BYTES + SEALED_CHUNK_BYTES - CHUNK_BYTES;
  }

  function openChunk(sealed: Buffer, index: number): Buffer {
    try {
      return cipher.openChunk(sealed, index, index === last);
    } catch (cause) {
      throw new FileDamagedError(sha256, `chunk ${index} was changed`, cause);
    }
  }
}

function sealedOffset(index: number): number {
  return HEADER_BYTES + index * SEALED_CHUNK_BYTES;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}

/** Removes what a dead process was writing, and gives back what one had taken away without deciding to delete it. */
async function removeLeftovers(
  folder: string,
  log: Log,
  giveBack: (path: string, accountId: string, sha256: string) => Promise<void>,
): Promise<void> {
  // Compared with the file system's times, which no test moves.
  const oldest = systemClock.now().getTime() - LEFTOVER_AGE_MS;
  let removed = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.startsWith(TAKEN)) {
      const [accountId = '', sha256 = ''] = name.slice(TAKEN.length).split('.');
      // Where its owner is alive after all and deletes it now, the next search for unused files finds it.
      await giveBack(path, accountId, sha256).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      continue;
    }
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs > oldest) continue;
    await rm(path, { force: true });
    removed++;
  }
  if (removed > 0) log.info({ removed }, 'removed unfinished files of a process that died');
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
