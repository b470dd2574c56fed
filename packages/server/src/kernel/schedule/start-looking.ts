import { ACCOUNT_CLOCK_MOVED } from '../clock/account-clocks.ts';
import type { Signals } from '../db/database.ts';

/** How often to look for what is due. Nothing is kept in memory between two looks. */
const LOOK_EVERY_MS = 1_000;

/**
 * Looks for what is due by the time of accounts: now, every second, and when a clock was moved; one look at a time, and
 * another one after it for whoever asked meanwhile. Returns the function that stops it.
 */
export function startLooking(options: {
  signals: Signals;
  look(isStopped: () => boolean): Promise<void>;
  onError(error: unknown): void;
}): () => Promise<void> {
  let woken = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  const wake = () => {
    if (stopped) return;
    woken = true;
    running ??= run().finally(() => {
      running = undefined;
    });
  };
  async function run(): Promise<void> {
    while (woken && !stopped) {
      woken = false;
      await options.look(() => stopped).catch(options.onError);
    }
  }
  const stopListening = options.signals.on(ACCOUNT_CLOCK_MOVED, wake);
  const timer = setInterval(wake, LOOK_EVERY_MS);
  timer.unref();
  wake();
  return async () => {
    stopped = true;
    stopListening();
    clearInterval(timer);
    await running;
  };
}
