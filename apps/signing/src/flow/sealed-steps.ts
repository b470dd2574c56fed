import { type Handwriting, isLocked, type SessionView } from '../server/contract.ts';
import { ConnectionError, ServerError, type SignHost } from '../server/sign-host.ts';
import { type Failure, nextAttachment, type Screen } from './screen.ts';
import type { FlowState } from './signing-flow.ts';

/** Signatures that are made here and sealed, and not by the eID: by a press under the name of a login, or by hand. */
export function sealedSteps(flow: {
  host: SignHost;
  state(): FlowState;
  show(screen: Screen): void;
  showView(view: SessionView): void;
  fail(code: string, retry: Failure['retry'], error: unknown): void;
}) {
  const { host, show } = flow;

  async function seal(
    name: 'accepting' | 'handwriting',
    code: string,
    send: (sha256: string) => Promise<{ view: SessionView }>,
  ): Promise<void> {
    const { view, screen } = flow.state();
    if (!view || screen.name !== name) return;
    show({ name, busy: true });
    try {
      flow.showView((await send(view.document.sha256)).view);
    } catch (error) {
      if (error instanceof ConnectionError) return show({ name, remark: 'no_connection' });
      if (error instanceof ServerError && error.code === 'signature_empty' && name === 'handwriting') {
        return show({ name, remark: 'signature_empty' });
      }
      const now = await host.getSession().catch(() => null);
      if (now && (now.state !== 'sign' || isLocked(now) || nextAttachment(now))) return flow.showView(now);
      flow.fail(code, 'choose_method', error);
    }
  }

  return {
    /** Signs under the name of the login. */
    acceptDocument: () => seal('accepting', 'SA-1026', (sha256) => host.acceptDocument(sha256)),
    signByHand: (handwriting: Handwriting) =>
      seal('handwriting', 'SA-1027', (sha256) => host.signByHand(sha256, handwriting)),
  };
}
