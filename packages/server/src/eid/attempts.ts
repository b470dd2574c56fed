import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import { parseGuid, uuidv7 } from '../kernel/ids/uuid.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import {
  type AttemptOwner,
  claimAttempt,
  type EidAttempt,
  endUnclaimedAttempt,
  findAttemptByCallback,
  findEidAttempt,
  insertAttempt,
  leasePoll,
  recordPoll,
  recordReturn,
  releaseAttempt,
} from './attempt-store.ts';
import type { AttemptStep } from './contract/attempt.ts';
import type { EidOutcome, EidStart } from './eid-provider.ts';
import { type AnyEidProvider, type EidRegistry, isPolled } from './eid-registry.ts';
import { refuseTestNumber } from './national-number.ts';
import { unavailable } from './oidc/oidc-fetch.ts';
import type { EidPoll, EidWaiting, PolledEidProvider } from './polled-eid-provider.ts';

/** What attempts work with; the capability that has started them hands in its own box. */
export interface EidAttemptDeps {
  database: Database;
  eids: EidRegistry;
  box: SecretBox;
  /** Real time, by which eIDs go. */
  clock: Clock;
}

export interface StartedAttempt {
  attemptId: string;
  step: AttemptStep;
  /** Remembers the attempt; nothing is stored before. */
  keep(tx: Transaction): Promise<void>;
}

/** A state that was made here; what else comes is not looked up. */
const STATE = /^[\x21-\x7e]{1,512}$/;

/** No provider needs more; a longer one is not from a provider. */
const MAX_CALLBACK_BYTES = 16 * 1024;

/** Longer than a provider waits for an answer. A lease whose holder died is free after that. */
const LEASE_MS = 15_000;

/** Throws 422 `method_not_available` when the instance has lost the eID since it was offered. */
export function requireEid(
  deps: Pick<EidAttemptDeps, 'eids'>,
  method: string,
  environment: Environment,
): AnyEidProvider {
  const provider = deps.eids.get(method, environment);
  if (!provider) throw new SeglError(422, 'method_not_available', 'This eID is not offered here.');
  return provider;
}

/** Begins at the eID. Throws 422 `method_not_available`, 503 `eid_unavailable`. */
export async function startEidAttempt(
  deps: EidAttemptDeps,
  wanted: {
    owner: AttemptOwner;
    sessionId: string;
    accountId: string;
    method: string;
    /** Whether the session runs inside another page, in which some eIDs must not be shown. */
    framed: boolean;
    /** IP address of the person's browser. */
    endUserIp: string;
    eid: Omit<EidStart, 'attemptId'>;
  },
): Promise<StartedAttempt> {
  const { owner, sessionId, accountId, method, endUserIp } = wanted;
  const { environment } = wanted.eid;
  const provider = requireEid(deps, method, environment);
  const attemptId = uuidv7(deps.clock.now());
  const input = { ...wanted.eid, attemptId };
  const attempt = { id: attemptId, owner, sessionId, accountId, environment, method };
  const kept = (rest: Pick<EidAttempt, 'callbackKey' | 'inWindow' | 'stateSealed' | 'answerSealed' | 'askedAt'>) => {
    return (tx: Transaction) => insertAttempt(tx, { ...attempt, ...rest }, deps.clock.now());
  };
  if (isPolled(provider)) {
    const begun = await provider.start({ ...input, endUserIp });
    const told = begun.result === 'waiting' ? { stateSealed: sealState(deps, attemptId, begun.state) } : undefined;
    const keep = kept({
      callbackKey: undefined,
      inWindow: false,
      stateSealed: told?.stateSealed,
      answerSealed: begun.result === 'waiting' ? undefined : sealEnd(deps, attemptId, begun),
      askedAt: deps.clock.now(),
    });
    return { attemptId, step: { kind: 'poll' }, keep };
  }
  const inWindow = wanted.framed && !provider.allowsFraming;
  const { step, state, callbackKey } = await provider.start(input);
  const stateSealed = sealState(deps, attemptId, state);
  const keep = kept({ callbackKey, inWindow, stateSealed, answerSealed: undefined, askedAt: undefined });
  return { attemptId, step: { ...step, inWindow }, keep };
}

/**
 * Keeps what the eID's redirect brought. The first return, and no other, is given a code without which nothing completes:
 * the person at the eID and the session must be in the same browser, or one person could pass for another. `undefined` for
 * a callback that belongs to no attempt of this owner.
 * @param method at whose address the browser came back, where each eID has its own
 */
export async function receiveEidReturn(
  deps: EidAttemptDeps,
  owner: AttemptOwner,
  query: Record<string, string>,
  method?: string,
): Promise<{ attempt: EidAttempt; returnedAttempt: string | undefined } | undefined> {
  const { state = '' } = query;
  const attempt = STATE.test(state) ? await findAttemptByCallback(deps.database, state) : undefined;
  const content = Buffer.from(JSON.stringify(query), 'utf8');
  if (!attempt || attempt.owner !== owner || content.length > MAX_CALLBACK_BYTES) return undefined;
  if (method !== undefined && attempt.method !== method) return undefined;
  const code = randomBytes(24).toString('base64url');
  const isFirst = await recordReturn(deps.database, attempt.id, {
    answerSealed: deps.box.encrypt(content, answerOf(attempt.id)),
    returnHash: sha256(code),
    at: deps.clock.now(),
  });
  return { attempt, returnedAttempt: isFirst ? `${attempt.id}.${code}` : undefined };
}

/** The attempt of a session, and nobody else's. */
export async function findOwnAttempt(
  deps: Pick<EidAttemptDeps, 'database'>,
  owner: AttemptOwner,
  sessionId: string,
  id: string,
): Promise<EidAttempt | undefined> {
  const guid = parseGuid(id);
  const attempt = guid && (await findEidAttempt(deps.database, guid));
  return attempt && attempt.owner === owner && attempt.sessionId === sessionId ? attempt : undefined;
}

/** Throws 422 `eid_not_returned` for a browser that the eID has not sent back. */
export function requireReturned(attempt: EidAttempt | undefined, code: string): asserts attempt is EidAttempt {
  if (!attempt?.returnHash || !timingSafeEqual(sha256(code), attempt.returnHash)) {
    throw new SeglError(422, 'eid_not_returned', 'The eID has not sent this browser back.');
  }
}

/**
 * What a polled eID waits for; `undefined` when it has ended, and can be completed. The eID is asked by one request at a
 * time, and no more often than it wants to be. Throws 503 `eid_unavailable`.
 */
export async function pollEidAttempt(deps: EidAttemptDeps, attempt: EidAttempt): Promise<EidWaiting | undefined> {
  const provider = requirePolled(deps, attempt);
  const giveUpAt = deps.clock.now().getTime() + LEASE_MS;
  let current: EidAttempt | undefined = attempt;
  while (current?.status === 'started') {
    const now = deps.clock.now();
    const askedBefore = new Date(now.getTime() - provider.askEveryMs);
    if (current.askedAt && current.askedAt > askedBefore) {
      return provider.show({ state: openState(deps, current), now });
    }
    const until = new Date(now.getTime() + LEASE_MS);
    const leased = await leasePoll(deps.database, attempt.id, { at: now, until, askedBefore });
    if (leased) return ask(deps, provider, leased);
    if (now.getTime() > giveUpAt) throw unavailable('is still being asked');
    await pause(100);
    current = await findEidAttempt(deps.database, attempt.id);
  }
  return undefined;
}

async function ask(
  deps: EidAttemptDeps,
  provider: PolledEidProvider,
  attempt: EidAttempt,
): Promise<EidWaiting | undefined> {
  let poll: EidPoll;
  try {
    poll = await provider.poll({ state: openState(deps, attempt), now: deps.clock.now() });
  } catch (error) {
    await recordPoll(deps.database, attempt.id, { at: deps.clock.now() });
    throw error;
  }
  const at = deps.clock.now();
  if (poll.result === 'waiting') {
    await recordPoll(deps.database, attempt.id, { stateSealed: sealState(deps, attempt.id, poll.state), at });
    return poll.waiting;
  }
  // An eID tells its end once: it is kept before anything is made of it.
  await recordPoll(deps.database, attempt.id, { answerSealed: sealEnd(deps, attempt.id, poll), at });
  return undefined;
}

/**
 * Lets the provider judge what came back, and `settle` make something of the outcome, which also ends the attempt. Of two
 * requests at once one does the work, and nothing happens for the other. An error leaves the attempt as it was.
 */
export async function completeEidAttempt(
  deps: EidAttemptDeps,
  id: string,
  settle: (outcome: EidOutcome) => Promise<unknown>,
): Promise<void> {
  const attempt = await claimAttempt(deps.database, id, deps.clock.now());
  if (!attempt) return;
  try {
    await settle(await outcomeOf(deps, attempt));
  } catch (error) {
    await releaseAttempt(deps.database, id, deps.clock.now());
    throw error;
  }
}

async function outcomeOf(deps: EidAttemptDeps, attempt: EidAttempt): Promise<EidOutcome> {
  const now = deps.clock.now();
  return refuseTestNumber(await providerOutcome(deps, attempt, now), attempt.environment, now);
}

async function providerOutcome(deps: EidAttemptDeps, attempt: EidAttempt, now: Date): Promise<EidOutcome> {
  const provider = requireEid(deps, attempt.method, attempt.environment);
  if (isPolled(provider)) return openEnd(deps, attempt);
  const callback = openedJson<Record<string, string>>(deps, attempt.answerSealed!, answerOf(attempt.id));
  return provider.complete({ state: openState(deps, attempt), callback, now });
}

/**
 * Ends an attempt that the person turned away from, here and at the eID; one that is being completed or has ended stays as
 * it is. `also` runs in the same transaction.
 */
export async function abandonEidAttempt(
  deps: EidAttemptDeps,
  attempt: EidAttempt,
  also: (tx: Transaction) => Promise<void> = async () => undefined,
): Promise<void> {
  const isEnded = await deps.database.transaction(async (tx) => {
    if (!(await endUnclaimedAttempt(tx, attempt.id, deps.clock.now()))) return false;
    await also(tx);
    return true;
  });
  if (!isEnded || attempt.answerSealed || !attempt.stateSealed) return;
  await requireEid(deps, attempt.method, attempt.environment).cancel(openState(deps, attempt));
}

function requirePolled(deps: EidAttemptDeps, { method, environment }: EidAttempt): PolledEidProvider {
  const provider = requireEid(deps, method, environment);
  if (!isPolled(provider))
    throw new SeglError(422, 'method_not_available', 'This eID sends the browser back by itself.');
  return provider;
}

/** A completed login, with the bytes of the native in base64. */
type StoredEnd = Exclude<EidPoll, { result: 'waiting' }>;

function sealEnd(deps: EidAttemptDeps, id: string, end: StoredEnd): Buffer {
  const stored =
    end.result === 'completed'
      ? { ...end, native: { ...end.native, content: end.native.content.toString('base64') } }
      : end;
  return deps.box.encrypt(Buffer.from(JSON.stringify(stored), 'utf8'), answerOf(id));
}

function openEnd(deps: EidAttemptDeps, attempt: EidAttempt): EidOutcome {
  const end = openedJson<StoredEnd>(deps, attempt.answerSealed!, answerOf(attempt.id));
  if (end.result !== 'completed') return end;
  return {
    ...end,
    authenticatedAt: new Date(end.authenticatedAt),
    native: { ...end.native, content: Buffer.from(String(end.native.content), 'base64') },
  };
}

function sealState(deps: EidAttemptDeps, id: string, state: Record<string, unknown>): Buffer {
  return deps.box.encrypt(Buffer.from(JSON.stringify(state), 'utf8'), stateOf(id));
}

function openState(deps: EidAttemptDeps, attempt: EidAttempt): Record<string, unknown> {
  return openedJson(deps, attempt.stateSealed!, stateOf(attempt.id));
}

function openedJson<Value>(deps: EidAttemptDeps, sealed: Buffer, boundTo: string): Value {
  return JSON.parse(deps.box.decrypt(sealed, boundTo).toString('utf8')) as Value;
}

const stateOf = (id: string) => `state of attempt ${id}`;
const answerOf = (id: string) => `answer to attempt ${id}`;

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
