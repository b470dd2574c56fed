import { setTimeout as pause } from 'node:timers/promises';
import { type EidOutcome, isPolled, type PolledEidProvider, type PolledEidStart, requireEid } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { changeSession } from './change-session.ts';
import type { ProviderName } from './contract/providers.ts';
import type { SimulatedOutcome, SimulateRequest } from './contract/session.ts';
import { requireProviders } from './create-session.ts';
import { requireOwnSession } from './get-session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { offeredProviders, startOfEid } from './offered-providers.ts';
import { withEvent } from './session-record.ts';
import { isFinal, started } from './session-state.ts';
import { settleOutcome } from './settle-outcome.ts';

const noSimulator = { field: 'provider', code: 'enum', message: 'This eID has no simulator.' };

/** What is typed at the simulator for an outcome. */
const WORDS: Record<Exclude<SimulatedOutcome, 'timeout'>, string> = {
  success: 'success',
  blocked: 'blocked',
  revoked: 'revoked',
  unknown: 'unknown',
  expired: 'expired',
  down: 'down',
  error: 'error',
  cancel: 'cancel',
};

/**
 * Finishes a session as a test person would, without a browser: the eID's simulator is started, the person is played, and
 * what comes back is checked and stored like every other answer. Throws 422 `session_ended` for one that has ended, 400
 * for a person whom the simulator does not know, 402 for an eID that the session cannot use.
 */
export async function simulateSession(
  deps: IdentificationDeps,
  context: OperationContext,
  id: string,
  body: SimulateRequest,
): Promise<OperationResult> {
  const found = await requireOwnSession(deps, context, id);
  const outcome = body.outcome ?? 'success';
  const name = (body.provider ?? offeredProviders(deps, found)[0]) as ProviderName | undefined;
  if (name === undefined || !offeredProviders(deps, found).includes(name)) {
    requireProviders(deps, context, name ? [{ name, field: 'provider' }] : []);
    throw validationFailed([{ field: 'provider', code: 'enum', message: 'The session does not allow this eID.' }]);
  }
  const play = deps.testPersons[name];
  if (!play) throw validationFailed([noSimulator]);

  const session = await changeSession(deps, id, (current, now) => {
    if (isFinal(current.status)) return undefined;
    return {
      ...current,
      ...(current.status === 'created' ? started(current, now) : {}),
      provider: name,
      auditTrail: withEvent(current.auditTrail, 'provider_started', now, { provider: name }),
    };
  });
  if (isFinal(session.status)) throw new SeglError(422, 'session_ended', 'The session has ended.');
  // The simulator waits half a minute before it gives up, which nobody wants to wait for here.
  if (outcome === 'timeout') {
    await settleOutcome(deps, id, name, { result: 'failed', code: 'timed_out' });
    return { status: 204 };
  }
  const provider = requireEid(deps, name, session.environment);
  const input = { ...(await startOfEid(deps, session, name)), attemptId: uuidv7(context.now) };
  const person = { number: body.person, word: WORDS[outcome] };
  const playAt = (url: string) =>
    play(url, person).catch((cause: unknown) => {
      const error = { field: 'person', code: 'enum', message: 'The simulator knows no such person.' };
      throw new SeglError(400, 'validation_failed', 'The request has 1 invalid field.', { errors: [error], cause });
    });
  if (isPolled(provider)) {
    const end = await playPolled(deps, provider, { ...input, endUserIp: context.clientIp }, playAt);
    await settleOutcome(deps, id, name, end);
    return { status: 204 };
  }
  const { step, state } = await provider.start(input);
  const callback = Object.fromEntries(new URL(await playAt(step.url)).searchParams);
  await settleOutcome(deps, id, name, await provider.complete({ state, callback, now: deps.clock.now() }));
  return { status: 204 };
}

/** The person acts in the eID's app, and the eID is asked until it has noticed. */
async function playPolled(
  deps: Pick<IdentificationDeps, 'clock'>,
  provider: PolledEidProvider,
  input: PolledEidStart,
  playAt: (url: string) => Promise<string>,
): Promise<EidOutcome> {
  let poll = await provider.start(input);
  if (poll.result === 'waiting' && poll.waiting.startUrls) await playAt(poll.waiting.startUrls.computer);
  while (poll.result === 'waiting') {
    await pause(provider.askEveryMs);
    poll = await provider.poll({ state: poll.state, now: deps.clock.now() });
  }
  return poll;
}
