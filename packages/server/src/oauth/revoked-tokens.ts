import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import { deleteExpired, insertRevokedToken, listRevokedTokens } from './token-store.ts';

/** JWTs that were revoked before they expired: a list that every process holds in memory. */
export interface RevokedTokens {
  has(jti: string): boolean;
  revoke(jti: string, expiresAt: Date): Promise<void>;
  /** Loads the list and keeps up with other processes. */
  start(): Promise<void>;
  close(): void;
}

const SIGNAL = 'revoked_tokens';
/** Signals may be lost. */
const LOOK_EVERY_MS = 10_000;
/** A row may become visible later than its time says. */
const OVERLAP_MS = 120_000;
const DELETE_EVERY_MS = 600_000;

export function createRevokedTokens(deps: { database: Database; clock: Clock; log: Log }): RevokedTokens {
  const { database, clock, log } = deps;
  /** `jti` → when it would have expired. */
  const revoked = new Map<string, number>();
  const timers: NodeJS.Timeout[] = [];
  let lookedAtMs = 0;
  let stopListening = () => {};

  async function look(): Promise<void> {
    const now = clock.now();
    const since = new Date(Math.max(0, lookedAtMs - OVERLAP_MS));
    for (const one of await listRevokedTokens(database, since, now)) revoked.set(one.jti, one.expiresAt.getTime());
    lookedAtMs = now.getTime();
  }

  async function removeExpired(): Promise<void> {
    const now = clock.now();
    for (const [jti, expiresAtMs] of revoked) if (expiresAtMs <= now.getTime()) revoked.delete(jti);
    await deleteExpired(database, now);
  }

  function every(ms: number, work: () => Promise<void>, failure: string): void {
    const timer = setInterval(() => void work().catch((err: unknown) => log.warn({ err }, failure)), ms);
    timer.unref();
    timers.push(timer);
  }

  return {
    has: (jti) => revoked.has(jti),
    async revoke(jti, expiresAt) {
      await insertRevokedToken(database, { jti, expiresAt, revokedAt: clock.now() });
      revoked.set(jti, expiresAt.getTime());
      database.signals.send(SIGNAL);
    },
    async start() {
      const failure = 'the list of revoked tokens could not be read';
      stopListening = database.signals.on(
        SIGNAL,
        () => void look().catch((err: unknown) => log.warn({ err }, failure)),
      );
      every(LOOK_EVERY_MS, look, failure);
      every(DELETE_EVERY_MS, removeExpired, 'expired tokens could not be removed');
      await look();
    },
    close() {
      stopListening();
      for (const timer of timers) clearInterval(timer);
    },
  };
}
