import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TSchema } from 'typebox';
import type { Clock } from '../clock/clock.ts';
import type { Database, Queryable, Transaction } from '../db/database.ts';
import { type FieldError, SeglError } from '../errors/segl-error.ts';
import type { SecretBox } from '../keys/sealed-box.ts';
import type { Log } from '../log/log.ts';
import {
  claimSlot,
  deleteExpiredKeys,
  findSlot,
  type IdempotencySlot,
  putAnswer,
  releaseSlot,
  renewLease,
} from './idempotency-store.ts';
import type { OperationResult } from './route.ts';

export type { IdempotencySlot } from './idempotency-store.ts';

const KEPT_MS = 24 * 3_600_000;
const WAIT_MS = 10_000;
/** Whoever has not renewed its claim for so long has died. */
const LEASE_SECONDS = 15;
const RENEW_MS = 5_000;
const FIRST_PAUSE_MS = 15;
const LONGEST_PAUSE_MS = 250;
const PURGE_MS = 3_600_000;

/** Keeps the answer in the transaction of the work: with it they exist both or not at all. */
export type KeepAnswer = (tx: Transaction, result: OperationResult) => Promise<void>;

export interface Idempotency {
  /**
   * Runs the work once per key and request within 24 hours and answers its result; repetitions get the result of the
   * first one, marked `Idempotent-Replayed`. The first use of a key excludes others for as long as it runs; they wait,
   * at most 10 seconds, then 503 `service_unavailable`. Work that throws leaves nothing behind. Throws 422
   * `idempotency_key_reused` when the key was used for another request.
   *
   * When the process dies between the work and its record, a repetition runs the work again, once 15 seconds have
   * passed. Work that calls `keepAnswer` in the transaction of its effect excludes that: it has effect exactly once.
   */
  once(
    request: { slot: IdempotencySlot; fingerprint: Buffer; answerSchema(status: number): TSchema | undefined },
    work: (keepAnswer: KeepAnswer) => Promise<OperationResult>,
  ): Promise<OperationResult>;
  /** Starts to remove keys whose day is over, now and then. */
  start(): void;
  stop(): Promise<void>;
}

export function createIdempotency(deps: {
  database: Database;
  box: SecretBox;
  clock: Clock;
  log: Pick<Log, 'warn'>;
}): Idempotency {
  const { database, box, clock, log } = deps;
  let timer: NodeJS.Timeout | undefined;
  let purging: Promise<unknown> = Promise.resolve();

  /** Resolves with the claim, or with the answer that somebody else's claim led to. */
  async function claimOrAnswer(slot: IdempotencySlot, fingerprint: Buffer): Promise<string | OperationResult> {
    const claimId = randomUUID();
    const deadline = performance.now() + WAIT_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + KEPT_MS);
      if (await claimSlot(database, slot, { id: claimId, fingerprint, leaseSeconds: LEASE_SECONDS, now, expiresAt })) {
        return claimId;
      }
      const state = await findSlot(database, slot);
      if (state?.status != null && state.answerSealed) {
        if (!state.fingerprint.equals(fingerprint)) throw keyReused();
        return openAnswer(slot, state.status, state.answerSealed);
      }
      if (performance.now() + pause > deadline) throw keyInUse();
      await sleep(pause);
    }
  }

  function sealAnswer(slot: IdempotencySlot, schema: TSchema | undefined, result: OperationResult): Buffer {
    const { body, headers } = result;
    const kept = { headers, ...(body === undefined ? {} : { body: schema ? withoutSecrets(schema, body) : body }) };
    return box.encrypt(Buffer.from(JSON.stringify(kept), 'utf8'), placeOf(slot));
  }

  function openAnswer(slot: IdempotencySlot, status: number, sealed: Buffer): OperationResult {
    const kept = JSON.parse(box.decrypt(sealed, placeOf(slot)).toString('utf8')) as Omit<OperationResult, 'status'>;
    return { status, ...kept, headers: { ...kept.headers, 'idempotent-replayed': 'true' } };
  }

  return {
    async once({ slot, fingerprint, answerSchema }, work) {
      const claim = await claimOrAnswer(slot, fingerprint);
      if (typeof claim !== 'string') return claim;
      const heartbeat = setInterval(() => {
        renewLease(database, slot, claim, LEASE_SECONDS).catch((err: unknown) => {
          log.warn({ err }, 'the lease of an idempotency key was not renewed');
        });
      }, RENEW_MS);
      const keep = async (db: Queryable, result: OperationResult) => {
        const sealed = sealAnswer(slot, answerSchema(result.status), result);
        return putAnswer(db, slot, claim, { status: result.status, sealed });
      };
      // The work is done, so its result is the answer whether or not a repetition will find it.
      const keepAfterwards = (result: OperationResult) =>
        keep(database, result).catch((err: unknown) => {
          log.warn({ err }, 'the answer under an idempotency key was not kept');
        });
      let kept = false;
      try {
        const result = await work(async (tx, answer) => {
          // Whoever has lost its claim must not have effect beside the one that took over.
          if (!(await keep(tx, answer))) throw keyInUse();
          tx.afterCommit(() => {
            kept = true;
          });
        });
        if (!kept) await keepAfterwards(result);
        return result;
      } catch (error) {
        // The work's own error counts; a claim that stays behind ends with its lease.
        await releaseSlot(database, slot, claim).catch((err: unknown) => {
          log.warn({ err }, 'an idempotency key was not given back');
        });
        throw error;
      } finally {
        clearInterval(heartbeat);
      }
    },

    start() {
      const purge = () => {
        purging = deleteExpiredKeys(database, clock.now()).catch((err: unknown) => {
          log.warn({ err }, 'old idempotency keys were not removed');
        });
      };
      purge();
      timer = setInterval(purge, PURGE_MS);
      timer.unref();
    },

    async stop() {
      clearInterval(timer);
      await purging;
    },
  };
}

/** The key of a request; a header that is no key is added to the errors. */
export function readIdempotencyKey(header: string | string[] | undefined, errors: FieldError[]): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  errors.push({ field: 'Idempotency-Key', code: 'format', message: 'Must be 1 to 255 visible ASCII characters.' });
  return undefined;
}

function placeOf(slot: IdempotencySlot): string {
  return JSON.stringify([slot.accountId, slot.environment, slot.clientId, slot.operationId, slot.key]);
}

function keyReused(): SeglError {
  const message = 'The Idempotency-Key was used for another request in the last 24 hours.';
  return new SeglError(422, 'idempotency_key_reused', message, {
    errors: [{ field: 'Idempotency-Key', code: 'duplicate', message }],
  });
}

function keyInUse(): SeglError {
  return new SeglError(503, 'service_unavailable', 'Another request is at work under the same Idempotency-Key.', {
    retryAfterSeconds: 2,
  });
}

interface AnswerSchema {
  items?: AnswerSchema;
  properties?: Record<string, AnswerSchema>;
  'x-shown-once'?: boolean;
}

/** The body as the schema declares it, without members that are `x-shown-once`: no copy of a secret stays behind. */
function withoutSecrets(schema: AnswerSchema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(schema.items ?? {}, item));
  if (typeof value !== 'object' || value === null || !schema.properties) return value;
  const members = schema.properties;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => members[name] && !members[name]['x-shown-once'])
      .map(([name, item]) => [name, withoutSecrets(members[name]!, item)]),
  );
}
