import type { SigningResult } from '../server/contract.ts';
import { ServerError } from '../server/sign-host.ts';
import { expectsCopy, redirects, redirectsItself, type Screen, signedScreen, type Unfinished } from './screen.ts';
import type { FlowState } from './signing-flow.ts';

/** Pauses of the result poll grow by a second each; after these many the signer is told that it takes longer. */
const RESULT_POLLS = 8;

type ResultPoll = {
  state(): FlowState;
  show(screen: Screen): void;
  ask(): Promise<SigningResult>;
  /** Writes down what the signer sees, and answers where those go who leave because of it. */
  report(errorCode: string): Promise<string | undefined>;
  wait(ms: number): Promise<void>;
  leave(url: string): Promise<void>;
  /** Milliseconds on the device's clock. */
  now(): number;
};

/** From the stored signature to the end: what the account waits for, and then the copy and the way back. */
export async function followSignature(flow: ResultPoll): Promise<void> {
  if (flow.state().screen.name === 'finishing') {
    const unfinished = await awaitSuccessAction(flow);
    const { view, screen } = flow.state();
    if (!view || screen.name !== 'finishing') return;
    flow.show(signedScreen(view, unfinished));
    if (unfinished) return leaveUnfinished(flow, unfinished);
  }
  return followResult(flow);
}

/** Polls 1 s, 2 s, 3 s … apart until the account's time is up; a poll that has begun by then still counts. */
async function awaitSuccessAction(flow: ResultPoll): Promise<Unfinished | undefined> {
  const end = flow.now() + (flow.state().view?.successWaitSeconds ?? 0) * 1000;
  for (let poll = 1; flow.state().screen.name === 'finishing'; poll += 1) {
    const answer = await flow.ask().catch((error: unknown) => (isOver(error) ? 'over' : null));
    if (answer === 'over') return { code: 'SA-1031' };
    if (answer?.successAction === 'done') return undefined;
    if (answer?.successAction === 'failed') return { code: 'SA-1032' };
    if (flow.now() >= end) return { code: answer ? 'SA-1030' : 'SA-1031' };
    await flow.wait(poll * 1000);
  }
  return undefined;
}

/** The way back is the one for errors, so that the sender's page knows; the copy is to be had all the same. */
async function leaveUnfinished(flow: ResultPoll, { code }: Unfinished): Promise<void> {
  const redirect = await flow.report(code);
  const { view, screen } = flow.state();
  if (!view || screen.name !== 'signed') return;
  if (redirect && redirectsItself(view)) return flow.leave(redirect);
  flow.show({ ...screen, redirect });
  return followResult(flow);
}

function isOver(error: unknown): boolean {
  return error instanceof ServerError && error.status === 401;
}

/** Asks for the signed copy and the way back until both are there, 1 s, 2 s, 3 s … apart. */
export async function followResult(flow: ResultPoll): Promise<void> {
  let answered = false;
  for (let poll = 1; poll <= RESULT_POLLS; poll += 1) {
    const result = await flow.ask().catch((error: unknown) => (isOver(error) ? ('session_over' as const) : null));
    const { view, screen } = flow.state();
    if (!view || screen.name !== 'signed') return;
    answered = result !== null;
    if (result === 'session_over') return flow.show({ ...screen, copy: { state: 'none' } });
    if (result) {
      const { unfinished } = screen;
      const wayBack = unfinished ? screen.redirect : result.redirect;
      const redirect = redirects(view) ? wayBack : undefined;
      // What the sender says at the end is read first.
      if (redirect && redirectsItself(view) && !view.dialogs?.after && !unfinished) return flow.leave(redirect);
      const download = result.packaged ? result.downloads[0] : undefined;
      if (download) return flow.show({ ...screen, copy: { state: 'ready', download }, redirect });
      const nothingToCome = result.packaged || !expectsCopy(view);
      flow.show({ ...screen, copy: { state: nothingToCome ? 'none' : 'preparing' }, redirect });
      if (nothingToCome && (redirect || !redirects(view))) return;
    }
    await flow.wait(poll * 1000);
  }
  const { screen } = flow.state();
  if (screen.name === 'signed' && screen.copy.state === 'preparing') {
    flow.show({ ...screen, copy: { state: 'late', code: answered ? 'SA-1030' : 'SA-1031' } });
  }
}
