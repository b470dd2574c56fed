import { Worker } from 'node:worker_threads';

/** How long one answer may keep a pattern busy. */
export const PATTERN_LIMIT_MS = 50;
/** A thread takes longer than this to start only on a machine that is not able to work. */
const START_LIMIT_MS = 10_000;

/** The pattern of a form field, written `/^…$/`; `undefined` for anything else. */
export function readPattern(text: string): RegExp | undefined {
  const source = /^\/(\^.*\$)\/$/s.exec(text)?.[1];
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, 'u');
  } catch {
    return undefined;
  }
}

const THREAD = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ source, text }) => {
  parentPort.postMessage({ matches: new RegExp(source, 'u').test(text) });
});
parentPort.postMessage({ ready: true });
`;

/**
 * Runs the patterns of senders over the answers of signers, one after the other, in a thread that is given up when one
 * takes too long: some patterns take for ever on some texts, and neither of the two is ours.
 */
export function createPatternMatcher(): { matches(pattern: RegExp, text: string): Promise<boolean> } {
  let thread: Promise<Worker> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** A second try tells a pattern that takes too long from a machine that was busy with something else. */
  async function match(pattern: RegExp, text: string): Promise<boolean> {
    return (await tryOnce(pattern, text)) ?? (await tryOnce(pattern, text)) ?? false;
  }

  async function tryOnce(pattern: RegExp, text: string): Promise<boolean | undefined> {
    thread ??= startThread();
    const worker = await thread;
    const answered = nextMessage(worker, PATTERN_LIMIT_MS);
    worker.postMessage({ source: pattern.source, text });
    const answer = await answered;
    if (answer === undefined) {
      thread = undefined;
      await worker.terminate();
    }
    return answer && answer.matches === true;
  }

  return {
    matches(pattern, text) {
      const result = queue.then(() => match(pattern, text));
      queue = result.catch(() => {
        thread = undefined;
      });
      return result;
    },
  };
}

async function startThread(): Promise<Worker> {
  const worker = new Worker(THREAD, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 32 } });
  worker.unref();
  const ready = await nextMessage(worker, START_LIMIT_MS);
  if (!ready) throw new Error('the thread for patterns did not start');
  return worker;
}

/** `undefined` when none comes in time, or none can come any more. */
function nextMessage(worker: Worker, limitMs: number): Promise<{ matches?: boolean } | undefined> {
  return new Promise((resolve) => {
    const settle = (message?: { matches?: boolean }) => {
      clearTimeout(timer);
      worker.off('message', settle).off('error', onEnd).off('exit', onEnd);
      resolve(message);
    };
    const onEnd = () => settle();
    // What has arrived meanwhile is still taken.
    const timer = setTimeout(() => setImmediate(onEnd), limitMs);
    worker.on('message', settle).on('error', onEnd).on('exit', onEnd);
  });
}
