import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../../test-kit/src/databases.ts';
import { startScript } from '../../../../test-kit/src/script-process.ts';
import { CHUNK_BYTES, HEADER_BYTES, SEALED_CHUNK_BYTES } from './file-cipher.ts';
import { FileDamagedError, FileMissingError, type FileStore } from './files.ts';
import { createLocalFileStore } from './local-file-store.ts';

const nordbank = randomUUID();
const masterKey = randomBytes(32);
const sizesAroundChunks = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 20 * CHUNK_BYTES + 7];

let directory: string;
let files: FileStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segl-files-'));
  files = await createLocalFileStore({ directory, masterKey, log: silentLog });
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const pathOf = (sha256: string, account = nordbank) => join(directory, account, sha256.slice(0, 2), sha256);

async function readAll(sha256: string, range?: { start: number; end: number }): Promise<Buffer> {
  return await buffer(await files.stream(nordbank, sha256, range));
}

it.each(sizesAroundChunks)('gives back a content of %i bytes under its hash', async (size) => {
  const content = randomBytes(size);
  const stored = await files.put(nordbank, content);
  expect(stored).toEqual({ sha256: hashOf(content), sizeBytes: size });
  expect(await files.size(nordbank, stored.sha256)).toBe(size);
  expect((await files.read(nordbank, stored.sha256)).equals(content)).toBe(true);
  expect((await readAll(stored.sha256)).equals(content)).toBe(true);
});

it.each(sizesAroundChunks)('takes a stream of %i bytes in pieces of any size', async (size) => {
  const content = randomBytes(size);
  const pieces = function* () {
    for (let offset = 0, n = 1; offset < size; offset += n, n = (n * 7) % 30_011)
      yield content.subarray(offset, offset + n);
  };
  const stored = await files.put(nordbank, Readable.from(pieces()));
  expect(stored).toEqual({ sha256: hashOf(content), sizeBytes: size });
  expect((await files.read(nordbank, stored.sha256)).equals(content)).toBe(true);
});

it('gives any range of a content', async () => {
  const content = randomBytes(3 * CHUNK_BYTES + 100);
  const { sha256 } = await files.put(nordbank, content);
  const position = fc.oneof(
    fc.nat(content.length - 1),
    fc.constantFrom(0, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES, content.length - 1),
  );
  await fc.assert(
    fc.asyncProperty(position, position, async (a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a];
      expect((await readAll(sha256, { start, end })).equals(content.subarray(start, end + 1))).toBe(true);
    }),
    { numRuns: 60 },
  );
  await expect(files.stream(nordbank, sha256, { start: 0, end: content.length })).rejects.toThrow(RangeError);
  await expect(files.stream(nordbank, sha256, { start: 5, end: 4 })).rejects.toThrow(RangeError);
});

it('does not need the rest of the file for a range', async () => {
  const content = randomBytes(3 * CHUNK_BYTES);
  const { sha256 } = await files.put(nordbank, content);
  await flipByte(sha256, HEADER_BYTES + 5);
  const second = { start: CHUNK_BYTES, end: 2 * CHUNK_BYTES - 1 };
  expect((await readAll(sha256, second)).equals(content.subarray(CHUNK_BYTES, 2 * CHUNK_BYTES))).toBe(true);
  await expect(readAll(sha256, { start: 0, end: 0 })).rejects.toThrow(FileDamagedError);
});

it('says that a file is missing', async () => {
  const sha256 = hashOf(Buffer.from('never stored'));
  expect(await files.size(nordbank, sha256)).toBeUndefined();
  await expect(files.read(nordbank, sha256)).rejects.toThrow(FileMissingError);
  await expect(files.stream(nordbank, sha256)).rejects.toThrow(FileMissingError);
});

it('keeps accounts apart', async () => {
  const content = Buffer.from('agreement');
  const { sha256 } = await files.put(nordbank, content);
  const sparebank = randomUUID();
  await expect(files.read(sparebank, sha256)).rejects.toThrow(FileMissingError);
  await files.put(sparebank, content);
  await files.delete(nordbank, sha256);
  expect((await files.read(sparebank, sha256)).equals(content)).toBe(true);
  await expect(files.read(nordbank, sha256)).rejects.toThrow(FileMissingError);
  await files.delete(nordbank, sha256);
});

it('refuses names that could lead out of its folder', async () => {
  const sha256 = hashOf(Buffer.alloc(0));
  await expect(files.put('../../etc', Buffer.alloc(1))).rejects.toThrow('no account id');
  await expect(files.read(nordbank, '../../../../etc/passwd')).rejects.toThrow('no SHA-256');
  await expect(files.read(nordbank, sha256.toUpperCase())).rejects.toThrow('no SHA-256');
});

it('stores the same content once, also when it comes many times at once', async () => {
  const content = randomBytes(200_000);
  const stored = await Promise.all(
    Array.from({ length: 12 }, (_, i) => files.put(nordbank, i % 2 ? content : Readable.from([content]))),
  );
  expect(new Set(stored.map(({ sha256 }) => sha256))).toEqual(new Set([hashOf(content)]));
  expect((await files.read(nordbank, hashOf(content))).equals(content)).toBe(true);
  expect(await readdir(join(directory, nordbank), { recursive: true })).toHaveLength(2);
  expect(await readdir(join(directory, 'tmp'))).toEqual([]);
});

it('writes nothing readable to the disk, and never the same bytes for the same content', async () => {
  const content = Buffer.from('Kari Nordmann borrows two million '.repeat(5_000));
  const { sha256 } = await files.put(nordbank, content);
  const first = await readFile(pathOf(sha256));
  await files.delete(nordbank, sha256);
  await files.put(nordbank, content);
  const second = await readFile(pathOf(sha256));
  expect(first.includes('Nordmann')).toBe(false);
  expect(first.equals(second)).toBe(false);
  expect(first.subarray(HEADER_BYTES, HEADER_BYTES + 64).equals(second.subarray(HEADER_BYTES, HEADER_BYTES + 64))).toBe(
    false,
  );
  expect((await stat(pathOf(sha256))).mode & 0o077).toBe(0);
});

async function flipByte(sha256: string, position: number): Promise<void> {
  const bytes = await readFile(pathOf(sha256));
  bytes[position < 0 ? bytes.length + position : position]! ^= 1;
  await writeFile(pathOf(sha256), bytes);
}

it.each([
  ['the magic', 0],
  ['the version', 8],
  ['the salt', 20],
  ['the first chunk', HEADER_BYTES],
  ['the tag of the first chunk', HEADER_BYTES + SEALED_CHUNK_BYTES - 1],
  ['the last chunk', HEADER_BYTES + 2 * SEALED_CHUNK_BYTES + 3],
  ['the name tag', -1],
])('notices a changed bit in %s', async (_where, position) => {
  const { sha256 } = await files.put(nordbank, randomBytes(2 * CHUNK_BYTES + 50));
  await flipByte(sha256, position);
  await expect(files.read(nordbank, sha256)).rejects.toThrow(FileDamagedError);
  await expect(files.stream(nordbank, sha256).then(buffer)).rejects.toThrow(FileDamagedError);
});

it.each([1, 32, 48, 32 + 16 + 50, 32 + 16 + 50 + SEALED_CHUNK_BYTES])(
  'notices that the last %i bytes are gone',
  async (cut) => {
    const { sha256 } = await files.put(nordbank, randomBytes(2 * CHUNK_BYTES + 50));
    const bytes = await readFile(pathOf(sha256));
    await writeFile(pathOf(sha256), bytes.subarray(0, -cut));
    await expect(files.read(nordbank, sha256)).rejects.toThrow(FileDamagedError);
    await expect(readAllOrThrow(sha256)).rejects.toThrow(FileDamagedError);
  },
);

async function readAllOrThrow(sha256: string): Promise<Buffer> {
  return await readAll(sha256, { start: 0, end: 0 });
}

it('notices chunks that changed places', async () => {
  const { sha256 } = await files.put(nordbank, randomBytes(3 * CHUNK_BYTES));
  const bytes = await readFile(pathOf(sha256));
  const chunk = (index: number) => {
    const from = HEADER_BYTES + index * SEALED_CHUNK_BYTES;
    return bytes.subarray(from, from + SEALED_CHUNK_BYTES);
  };
  const swapped = Buffer.concat([
    bytes.subarray(0, HEADER_BYTES),
    chunk(1),
    chunk(0),
    bytes.subarray(HEADER_BYTES + 2 * SEALED_CHUNK_BYTES),
  ]);
  await writeFile(pathOf(sha256), swapped);
  await expect(files.read(nordbank, sha256)).rejects.toThrow('chunk 0 was changed');
});

it('notices another file of the account, or of another one, in its place', async () => {
  const contract = await files.put(nordbank, randomBytes(1_000));
  const other = await files.put(nordbank, randomBytes(1_000));
  await writeFile(pathOf(contract.sha256), await readFile(pathOf(other.sha256)));
  await expect(readAllOrThrow(contract.sha256)).rejects.toThrow(FileDamagedError);

  const sparebank = randomUUID();
  await mkdir(join(directory, sparebank, other.sha256.slice(0, 2)), { recursive: true });
  await writeFile(pathOf(other.sha256, sparebank), await readFile(pathOf(other.sha256)));
  await expect(files.read(sparebank, other.sha256)).rejects.toThrow(FileDamagedError);
});

it('cannot be read under another master key', async () => {
  const { sha256 } = await files.put(nordbank, Buffer.from('agreement'));
  const stranger = await createLocalFileStore({ directory, masterKey: randomBytes(32), log: silentLog });
  await expect(stranger.read(nordbank, sha256)).rejects.toThrow(FileDamagedError);
});

it('repairs a cut file when its content comes again', async () => {
  const content = randomBytes(100_000);
  const { sha256 } = await files.put(nordbank, content);
  await writeFile(pathOf(sha256), (await readFile(pathOf(sha256))).subarray(0, 500));
  await files.put(nordbank, content);
  expect((await files.read(nordbank, sha256)).equals(content)).toBe(true);
});

it('leaves nothing of a stream that breaks', async () => {
  const broken = Readable.from(
    (async function* () {
      yield randomBytes(300_000);
      throw new Error('connection lost');
    })(),
  );
  await expect(files.put(nordbank, broken)).rejects.toThrow('connection lost');
  expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  expect(await readdir(directory)).toEqual(['tmp']);
});

it('has no file when the process is killed before it is complete, and cleans up later', async () => {
  const script = `
    import { createLocalFileStore } from ${JSON.stringify(new URL('./local-file-store.ts', import.meta.url).href)};
    import { Readable } from 'node:stream';
    const [directory, account, key] = process.argv.slice(1);
    const store = await createLocalFileStore({ directory, masterKey: Buffer.from(key, 'hex'), log: { info() {} } });
    await store.put(account, Readable.from((async function* () {
      yield Buffer.alloc(3_000_000);
      console.log('half');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    })()));`;
  const writer = startScript(script, [directory, nordbank, masterKey.toString('hex')]);
  await writer.line('half');
  writer.child.kill('SIGKILL');
  await writer.ended;
  const [leftover, ...more] = await readdir(join(directory, 'tmp'));
  expect([leftover?.length, more]).toEqual([32, []]);
  expect(await readdir(directory)).toEqual(['tmp']);

  // A young one may belong to another process that still writes it.
  await createLocalFileStore({ directory, masterKey, log: silentLog });
  expect(await readdir(join(directory, 'tmp'))).toEqual([leftover]);
  const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(directory, 'tmp', leftover!), hoursAgo, hoursAgo);
  await createLocalFileStore({ directory, masterKey, log: silentLog });
  expect(await readdir(join(directory, 'tmp'))).toEqual([]);
});

it('closes the file when a stream is given up', async () => {
  const { sha256 } = await files.put(nordbank, randomBytes(300_000));
  const openFiles = async () => {
    const names = await readdir('/proc/self/fd');
    const targets = await Promise.all(
      names.map((fd) => import('node:fs/promises').then((fs) => fs.readlink(`/proc/self/fd/${fd}`).catch(() => ''))),
    );
    return targets.filter((target) => target.includes(sha256)).length;
  };
  const unread = await files.stream(nordbank, sha256);
  const halfRead = await files.stream(nordbank, sha256);
  await new Promise((resolve) => halfRead.once('readable', resolve));
  halfRead.read(10);
  expect(await openFiles()).toBe(2);
  unread.destroy();
  halfRead.destroy();
  await expect.poll(openFiles).toBe(0);
});

const HOUR_MS = 3_600_000;
const anHourAgo = () => new Date(Date.now() - HOUR_MS);
const twoHoursAgo = () => new Date(Date.now() - 2 * HOUR_MS);
const age = (sha256: string) => utimes(pathOf(sha256), twoHoursAgo(), twoHoursAgo());

it('deletes a file unless its content was put since then, anew or again', async () => {
  const [old, young, again] = [randomBytes(10), randomBytes(10), randomBytes(10)];
  for (const content of [old, again]) await age((await files.put(nordbank, content)).sha256);
  for (const content of [young, again]) await files.put(nordbank, content);
  const outcome = (content: Buffer) => files.deleteUnlessPutSince(nordbank, hashOf(content), anHourAgo());
  expect([await outcome(old), await outcome(young), await outcome(again)]).toEqual(['deleted', 'kept', 'kept']);
  expect(await outcome(old)).toBe('missing');
  await expect(files.read(nordbank, hashOf(old))).rejects.toThrow(FileMissingError);
  expect((await files.read(nordbank, hashOf(again))).equals(again)).toBe(true);
  expect(await readdir(join(directory, 'tmp'))).toEqual([]);
});

it('never loses a file that is put while it is being deleted', async () => {
  const content = randomBytes(10);
  const sha256 = hashOf(content);
  for (let round = 0; round < 200; round++) {
    await files.put(nordbank, content);
    await age(sha256);
    await Promise.all([files.deleteUnlessPutSince(nordbank, sha256, anHourAgo()), files.put(nordbank, content)]);
    expect((await files.read(nordbank, sha256)).equals(content)).toBe(true);
  }
});

it('gives back at the start what a process had taken away and did not live to delete', async () => {
  const content = randomBytes(10);
  const { sha256 } = await files.put(nordbank, content);
  await rename(pathOf(sha256), join(directory, 'tmp', `taken.${nordbank}.${sha256}`));
  await expect(files.read(nordbank, sha256)).rejects.toThrow(FileMissingError);
  const again = await createLocalFileStore({ directory, masterKey, log: silentLog });
  expect((await again.read(nordbank, sha256)).equals(content)).toBe(true);
  expect(await readdir(join(directory, 'tmp'))).toEqual([]);
});

it('lists what is stored, of all accounts', async () => {
  const sparebank = randomUUID();
  const stored = [];
  for (const account of [nordbank, sparebank, nordbank]) {
    stored.push({ accountId: account, sha256: (await files.put(account, randomBytes(10))).sha256 });
  }
  const listed: { sha256: string }[] = [];
  for await (const file of files.list()) listed.push(file);
  const inOrder = (list: { sha256: string }[]) => list.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  expect(inOrder(listed)).toEqual(inOrder(stored));
});
