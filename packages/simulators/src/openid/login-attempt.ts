import type { LoginStep, SimulatedPerson, StepAnswer } from './simulated-eid.ts';

export const maxWrongTries = 3;

/** One person's way through the login pages. Lives in memory only, as long as the authorization request. */
export interface LoginAttempt {
  /** The furthest step that may be shown. */
  step: number;
  /** Set by the word `timeout`: when the simulated eID gives up. */
  waitingUntilMs?: number;
  /** What was typed at each step, to be shown again; no codes and passwords. */
  typed: string[];
  person?: SimulatedPerson;
  wrongTries: number;
  fault?: { step: number; code: string; isGuess: boolean };
}

/** How a login ended towards the relying party, in the words of RFC 6749 §4.1.2.1; `description` is the eID's own code. */
export type LoginEnd =
  | { kind: 'authenticated'; person: SimulatedPerson }
  | { kind: 'refused'; error: 'access_denied' | 'temporarily_unavailable' | 'server_error'; description: string };

/** What a word typed in place of the one-time code brings about. */
const endOfWord = new Map<string, LoginEnd>([
  ['blocked', refused('access_denied', 'id_blocked')],
  ['revoked', refused('access_denied', 'id_revoked')],
  ['unknown', refused('access_denied', 'id_not_found')],
  ['expired', refused('access_denied', 'id_expired')],
  ['down', refused('temporarily_unavailable', 'provider_unavailable')],
  ['error', refused('server_error', 'provider_error')],
  ['cancel', refused('access_denied', 'user_cancelled')],
]);

export const canceled: LoginEnd = refused('access_denied', 'user_cancelled');
export const timedOut: LoginEnd = refused('access_denied', 'timed_out');

export function startLogin(prefilled: string): LoginAttempt {
  return { step: 0, typed: [prefilled], wrongTries: 0 };
}

/**
 * Takes what was typed on one page. Returns the end of the login, or nothing while it goes on (`attempt` then says where).
 * A page before its turn is not taken; an earlier one leads on from there.
 */
export function submitStep(
  steps: readonly LoginStep[],
  attempt: LoginAttempt,
  index: number,
  input: string,
  nowMs: number,
  waitSeconds: number,
): LoginEnd | undefined {
  const step = steps[index];
  delete attempt.fault;
  if (!step || index > attempt.step) return undefined;
  attempt.step = index;
  const typed = input.trim();
  if (step.field === 'digits' || step.field === 'text') attempt.typed[index] = typed.slice(0, 60);
  if (step.takesWords) {
    const word = typed.toLowerCase();
    if (word === 'timeout') {
      attempt.waitingUntilMs = nowMs + waitSeconds * 1000;
      return undefined;
    }
    const end = endOfWord.get(word);
    if (end) return end;
  }
  // An empty field is a slip, not a guess: it is pointed out and costs no try.
  const answer: StepAnswer =
    typed === '' && step.field !== 'confirmation' ? { fault: 'empty' } : step.take(typed, attempt);
  if (answer.fault !== undefined) {
    const isGuess = answer.isGuess === true;
    attempt.fault = { step: index, code: answer.fault, isGuess };
    if (isGuess) attempt.wrongTries += 1;
    return attempt.wrongTries >= maxWrongTries ? refused('access_denied', 'wrong_credentials') : undefined;
  }
  if (answer.person) attempt.person = answer.person;
  if (index + 1 < steps.length) {
    attempt.step = index + 1;
    return undefined;
  }
  return { kind: 'authenticated', person: attempt.person! };
}

function refused(error: 'access_denied' | 'temporarily_unavailable' | 'server_error', description: string): LoginEnd {
  return { kind: 'refused', error, description };
}
