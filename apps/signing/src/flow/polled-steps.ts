import type { ShownWaiting } from '@segl/ui/polled-eid';
import { type AttemptOutcome, isLocked, type Purpose, type SessionView, type View } from '../server/contract.ts';
import { ConnectionError, ServerError, type SignHost } from '../server/sign-host.ts';
import type { Failure, Screen } from './screen.ts';

/** The steps with an eID in an app of its own: no browser leaves for it, and the server is asked how it stands. */
export function polledSteps(flow: {
  host: Pick<SignHost, 'pollAttempt' | 'abortAttempt'>;
  state(): { screen: Screen };
  show(screen: Screen, view?: SessionView): void;
  takeOutcome(finished: AttemptOutcome, purpose: Purpose): void;
  fail(code: string, retry: Failure['retry'], error: unknown): void;
}) {
  const { host } = flow;
  return {
    /** Shows the step again in a page that was loaded anew. */
    resume({ attemptId, purpose, method: name }: NonNullable<View['attempt']>, view: SessionView): void {
      const methods = isLocked(view) ? view.authentication.methods : view.methods;
      const method = methods.find((one) => one.method === name) ?? { method: name, name, countryCode: '' };
      flow.show({ name: 'polling', method, purpose, attemptId }, view);
    },

    /** What the eID waits for; null when that has come to an end, and another screen is shown. */
    async ask(language: string): Promise<ShownWaiting | 'unreachable' | null> {
      const { screen } = flow.state();
      if (screen.name !== 'polling') return null;
      try {
        const { waiting, finished } = await host.pollAttempt(screen.purpose, screen.attemptId, language);
        if (flow.state().screen !== screen) return null;
        if (finished) flow.takeOutcome(finished, screen.purpose);
        return waiting ?? null;
      } catch (error) {
        if (flow.state().screen !== screen) return null;
        if (error instanceof ConnectionError || (error instanceof ServerError && error.status === 503)) {
          return 'unreachable';
        }
        flow.fail(screen.purpose === 'sign' ? 'SA-1012' : 'SA-1005', 'open_session', error);
        return null;
      }
    },

    /** The person turns away. */
    leave(): void {
      const { screen } = flow.state();
      if (screen.name !== 'polling') return;
      host.abortAttempt(screen.attemptId).catch(() => {});
      flow.show({ name: screen.purpose === 'sign' ? 'reading' : 'proving', remark: 'left_eid' });
    },
  };
}
