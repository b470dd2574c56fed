import type { SigningResult } from '../server/contract.ts';
import { ServerError } from '../server/sign-host.ts';
import { expectsCopy, redirects, redirectsItself, type Screen } from './screen.ts';
import type { FlowState } from './signing-flow.ts';

/** Pauses of the result poll grow by a second each; after these many the signer is told that it takes longer. */
const RESULT_POLLS = 8;

/** Asks for the signed copy and the way back until both are there, 1 s, 2 s, 3 s … apart. */
export async function followResult(flow: {
  state(): FlowState;
  show(screen: Screen): void;
  ask(): Promise<SigningResult>;
  wait(ms: number): Promise<void>;
  leave(url: string): Promise<void>;
}): Promise<void> {
  let answered = false;
  for (let poll = 1; poll <= RESULT_POLLS; poll += 1) {
    const result = await flow.ask().catch((error: unknown) => {
      const over = error instanceof ServerError && error.status === 401;
      return over ? ('session_over' as const) : null;
    });
    const { view, screen } = flow.state();
    if (!view || screen.name !== 'signed') return;
    answered = result !== null;
    if (result === 'session_over') return flow.show({ ...screen, copy: { state: 'none' } });
    if (result) {
      const redirect = redirects(view) ? result.redirect : undefined;
      // What the sender says at the end is read first.
      if (redirect && redirectsItself(view) && !view.dialogs?.after) return flow.leave(redirect);
      const download = result.packaged ? result.downloads[0] : undefined;
      if (download) return flow.show({ name: 'signed', copy: { state: 'ready', download }, redirect });
      const nothingToCome = result.packaged || !expectsCopy(view);
      flow.show({ name: 'signed', copy: { state: nothingToCome ? 'none' : 'preparing' }, redirect });
      if (nothingToCome && (redirect || !redirects(view))) return;
    }
    await flow.wait(poll * 1000);
  }
  const { screen } = flow.state();
  if (screen.name === 'signed' && screen.copy.state === 'preparing') {
    flow.show({ ...screen, copy: { state: 'late', code: answered ? 'SA-1030' : 'SA-1031' } });
  }
}
