import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import { putUses } from './client-store.ts';

/** When and from where each client last got a token: kept in memory for a moment, so that no token waits for it. */
export interface ClientUses {
  note(clientId: string, address: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const WRITE_EVERY_MS = 5000;
const MAX_WAITING = 50_000;

export function createClientUses(deps: { database: Database; clock: Clock; log: Log }): ClientUses {
  let waiting = new Map<string, { clientId: string; at: Date; address: string }>();
  const timer = setInterval(() => void flush(), WRITE_EVERY_MS);
  timer.unref();

  async function flush(): Promise<void> {
    if (waiting.size === 0) return;
    const uses = [...waiting.values()].sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
    waiting = new Map();
    // Of no consequence when lost: the next use is written again.
    await putUses(deps.database, uses).catch((err: unknown) =>
      deps.log.warn({ err }, 'the last use of clients could not be written'),
    );
  }

  return {
    note(clientId, address) {
      if (waiting.size >= MAX_WAITING && !waiting.has(clientId)) return;
      waiting.set(clientId, { clientId, at: deps.clock.now(), address });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
