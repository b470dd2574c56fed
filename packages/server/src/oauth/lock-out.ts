import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Log } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { addressKey } from '../kernel/http/client-address.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { atMost } from '../kernel/memory/at-most.ts';
import {
  deleteOldFailures,
  type FailedAuthentication,
  insertFailure,
  listFailures,
  listLockOuts,
  putLockOut,
} from './lock-out-store.ts';

export type { FailedAuthentication } from './lock-out-store.ts';

export interface AuthenticationAttempt {
  /** As given; need not be the id of any client. */
  clientId: string;
  /** IP address of the caller. */
  address: string;
}

/** Failed authentications: counted, recorded, and answered with a lock-out when there are too many. */
export interface LockOut {
  /** Throws 429 `too_many_requests` while the pair of client id and address, or the address, is locked. Asks no database. */
  requireOpen(attempt: AuthenticationAttempt): void;
  /** `reason` is for the operator; no secret may be in it. */
  recordFailure(attempt: AuthenticationAttempt & { reason: string; requestId: string }): Promise<void>;
  /** For the operator: newest first, of one client id or of all, before the given id. */
  listFailures(options: { clientId?: string; beforeId?: string; limit: number }): Promise<FailedAuthentication[]>;
  /** Loads the lock-outs that hold and keeps up with other processes. */
  start(): Promise<void>;
  close(): void;
}

const WINDOW_MS = 10 * 60_000;
const LOCKED_MS = 10 * 60_000;
const PER_CLIENT_AND_ADDRESS = 20;
const PER_ADDRESS = 100;

const ANY_CLIENT = '';
const SIGNAL = 'lock_outs';
/** Signals may be lost. */
const LOOK_EVERY_MS = 5000;
const MAX_LOCK_OUTS = 50_000;
const DELETE_EVERY_MS = 3_600_000;
const KEPT_MS = 30 * 24 * 3_600_000;
const MAX_FAILURES = 500_000;
const CLIENT_ID = /^[tp][0-9a-f]{32}$/;

/**
 * Twenty failures of one client id from one address, or a hundred from one address, within ten minutes lock that pair or
 * address for ten minutes, in every process on the database and across restarts. A client id alone is never locked: ids
 * are no secret, and anybody could shut a customer out. Attempts while locked are refused unseen and not recorded, which
 * bounds what an address can make this write.
 */
export function createLockOut(deps: { database: Database; clock: Clock; log: Log }): LockOut {
  const { database, clock, log } = deps;
  const lockedUntilMs = new LRUCache<string, number>(atMost(MAX_LOCK_OUTS));
  const timers: NodeJS.Timeout[] = [];
  let stopListening = () => {};

  async function lock(address: string, clientId: string, now: Date): Promise<void> {
    const lockedUntil = new Date(now.getTime() + LOCKED_MS);
    lockedUntilMs.set(lockKey(address, clientId), lockedUntil.getTime());
    await putLockOut(database, { addressKey: address, clientId, lockedUntil });
    database.signals.send(SIGNAL);
  }

  async function look(): Promise<void> {
    for (const one of await listLockOuts(database, clock.now(), MAX_LOCK_OUTS)) {
      lockedUntilMs.set(lockKey(one.addressKey, one.clientId), one.lockedUntil.getTime());
    }
  }

  function every(ms: number, work: () => Promise<void>, failure: string): void {
    const timer = setInterval(() => {
      work().catch((err: unknown) => log.warn({ err }, failure));
    }, ms);
    timer.unref();
    timers.push(timer);
  }

  return {
    requireOpen({ clientId, address }) {
      const key = addressKey(address);
      const nowMs = clock.now().getTime();
      for (const locked of [lockKey(key, knownForm(clientId)), lockKey(key, ANY_CLIENT)]) {
        const untilMs = lockedUntilMs.get(locked) ?? 0;
        if (untilMs <= nowMs) continue;
        throw new SeglError(429, 'too_many_requests', 'Too many failed authentications: try again later.', {
          retryAfterSeconds: Math.ceil((untilMs - nowMs) / 1000),
        });
      }
    },

    async recordFailure({ clientId, address, reason, requestId }) {
      const now = clock.now();
      const [key, recordedId] = [addressKey(address), knownForm(clientId)];
      const { ofPair, ofAddress } = await insertFailure(
        database,
        { id: uuidv7(now), occurredAt: now, clientId: recordedId, address, addressKey: key, reason, requestId },
        new Date(now.getTime() - WINDOW_MS),
      );
      if (ofPair >= PER_CLIENT_AND_ADDRESS) await lock(key, recordedId, now);
      if (ofAddress >= PER_ADDRESS) await lock(key, ANY_CLIENT, now);
    },

    listFailures: ({ clientId, beforeId, limit }) => listFailures(database, { clientId, beforeId, limit }),

    async start() {
      const lookAgain = () => void look().catch((err: unknown) => log.warn({ err }, 'lock-outs could not be read'));
      stopListening = database.signals.on(SIGNAL, lookAgain);
      every(LOOK_EVERY_MS, look, 'lock-outs could not be read');
      every(
        DELETE_EVERY_MS,
        () => deleteOldFailures(database, new Date(clock.now().getTime() - KEPT_MS), MAX_FAILURES),
        'old failed authentications could not be deleted',
      );
      await look();
    },

    close() {
      stopListening();
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function lockKey(address: string, clientId: string): string {
  return `${clientId} ${address}`;
}

function knownForm(clientId: string): string {
  return CLIENT_ID.test(clientId) ? clientId : 'unknown';
}
