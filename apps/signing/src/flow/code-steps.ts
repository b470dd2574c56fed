import { type CodeCheck, isLocked, type SessionView } from '../server/contract.ts';
import { ConnectionError, type SignHost } from '../server/sign-host.ts';
import type { Failure, Screen } from './screen.ts';

/** The steps with a code that is sent to the mobile of the signer, before the document is shown. */
export function codeSteps(flow: {
  host: Pick<SignHost, 'sendCode' | 'checkCode'>;
  state(): { screen: Screen };
  show(screen: Screen, view?: SessionView): void;
  showView(view: SessionView): void;
  showFailure(failure: Failure, view: SessionView): Promise<void>;
  fail(code: string, retry: Failure['retry'], error: unknown): void;
}) {
  return {
    async sendCode(): Promise<void> {
      const { screen } = flow.state();
      if (screen.name !== 'proving') return;
      try {
        const view = await flow.host.sendCode();
        if (flow.state().screen === screen) flow.show({ name: 'proving' }, view);
      } catch (error) {
        if (error instanceof ConnectionError) return flow.show({ name: 'proving', remark: 'no_connection' });
        flow.fail('SA-1033', 'open_session', error);
      }
    },

    /** What came of it, for the field; the right code leads on. */
    async checkCode(code: string): Promise<CodeCheck['outcome'] | null> {
      try {
        const { outcome, view } = await flow.host.checkCode(code);
        if (outcome === 'passed') flow.showView(view);
        else flow.show({ name: 'proving' }, view);
        const spent = isLocked(view) && outcome === 'used_up' && view.authentication.code?.sendsLeft === 0;
        if (spent) void flow.showFailure({ code: 'SA-1034', retry: null }, view);
        return outcome;
      } catch (error) {
        if (error instanceof ConnectionError) flow.show({ name: 'proving', remark: 'no_connection' });
        else flow.fail('SA-1034', 'open_session', error);
        return null;
      }
    },
  };
}
