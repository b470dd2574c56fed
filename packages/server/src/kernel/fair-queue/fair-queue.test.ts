import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

/** Work that ends when it is told to, in a queue that notes who started. */
function queueOf(options: { concurrency: number; maxWaitingBytes?: number }) {
  const queue = new FairQueue({ maxWaitingBytes: 1_000_000, ...options });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const run = (owner: string, bytes = 1) =>
    queue.run(owner, bytes, () => {
      started.push(owner);
      return new Promise<void>((resolve) => void ends.push(resolve));
    });
  const endNext = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, started, run, endNext };
}

describe('the fair queue', () => {
  it('serves owners in turn, whatever one of them has brought before', async () => {
    const { started, run, endNext } = queueOf({ concurrency: 2 });
    for (let n = 0; n < 50; n++) void run('flooding');
    for (let n = 0; n < 3; n++) void run('other');
    await endNext();
    expect(started).toEqual(['flooding', 'other', 'flooding']);
    for (let n = 0; n < 4; n++) await endNext();
    // Each of the other's turns came after at most one of the flood.
    expect(started.slice(0, 6).filter((owner) => owner === 'other')).toHaveLength(3);
  });

  it('keeps one place free of an owner that could fill them all', async () => {
    const { started, run } = queueOf({ concurrency: 3 });
    for (let n = 0; n < 10; n++) void run('flooding');
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(['flooding', 'flooding']);
    void run('other');
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(['flooding', 'flooding', 'other']);
  });

  it('does all work, each piece once, and never more at a time than it may', async () => {
    const queue = new FairQueue({ concurrency: 4, maxWaitingBytes: 1_000_000 });
    let [running, most] = [0, 0];
    const results = await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        queue.run(`owner ${n % 7}`, 10, async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return n;
        }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(most).toBe(4);
    expect(running).toBe(0);
  });

  it('goes on after work that fails', async () => {
    const queue = new FairQueue({ concurrency: 1, maxWaitingBytes: 100 });
    const failing = queue.run('a', 1, async () => {
      throw new Error('broken');
    });
    const following = queue.run('a', 1, async () => 'done');
    await expect(failing).rejects.toThrow('broken');
    expect(await following).toBe('done');
  });

  it('refuses an owner of whom too many bytes are waiting, and nobody else', async () => {
    const { run } = queueOf({ concurrency: 1, maxWaitingBytes: 100 });
    void run('a', 90);
    void run('a', 90);
    const refused = await run('a', 20).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 429, code: 'too_many_requests', retryAfterSeconds: 2 });
    const accepted = await Promise.race([run('b', 500), new Promise((resolve) => setImmediate(resolve, 'waiting'))]);
    expect(accepted).toBe('waiting');
  });
});
