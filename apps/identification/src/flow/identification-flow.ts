import { type AppView, type IdHost, ServerError } from '../server/id-host.ts';

export type StopReason = 'unknown_link' | 'in_use' | 'domain_not_allowed' | 'account_closed' | 'no_connection';
export type Remark = 'left_eid' | 'eid_unavailable' | 'no_connection';
export type ProviderChoice = AppView['providers'][number];

export type Screen =
  | { name: 'loading' }
  | { name: 'choosing'; remark?: Remark }
  /** `elsewhere`: the eID has a window of its own, at this address; `opened` says whether the browser let it open. */
  | { name: 'handing_over'; provider: ProviderChoice; elsewhere?: { url: string; opened: boolean } }
  | { name: 'completing' }
  | { name: 'ended' }
  | { name: 'stopped'; reason: StopReason };

/** What nobody can go on from here. */
const ENDINGS = ['session_expired', 'account_closed'];

export interface FlowState {
  view: AppView | null;
  screen: Screen;
}

export interface FlowOptions {
  link: string | null;
  returnedAttempt: string | null;
  host: IdHost;
  saveToken(token: string): void;
  /** The page is inside a frame, in a page of this origin where the browser tells. */
  framed: boolean;
  parentOrigin: string | null;
  /** Takes the return of the eID out of the address, so that loading the page anew does not repeat it. */
  forgetReturn(): void;
  goTo(url: string): void;
  eidWindow: { open(url: string): boolean; close(): void };
}

export type IdentificationFlow = ReturnType<typeof createIdentificationFlow>;

/** The course of one session in the browser: what is shown, and what follows from what the user does. */
export function createIdentificationFlow(options: FlowOptions) {
  const { host } = options;
  let state: FlowState = { view: null, screen: { name: 'loading' } };
  const listeners = new Set<() => void>();

  function become(next: Partial<FlowState>): void {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  function show(view: AppView, remark?: Remark): void {
    const isOpen = view.status === 'user_initiated' || view.status === 'created';
    become({ view, screen: isOpen ? { name: 'choosing', ...(remark ? { remark } : {}) } : { name: 'ended' } });
  }

  function stop(error: unknown): void {
    const reasons: Record<string, StopReason> = {
      unknown_link: 'unknown_link',
      session_in_use: 'in_use',
      session_expired: 'in_use',
      domain_not_allowed: 'domain_not_allowed',
      account_closed: 'account_closed',
    };
    const reason = (error instanceof ServerError && reasons[error.code]) || 'no_connection';
    become({ screen: { name: 'stopped', reason } });
  }

  async function start(): Promise<void> {
    if (options.link === null) return become({ screen: { name: 'stopped', reason: 'unknown_link' } });
    become({ screen: { name: 'loading' } });
    try {
      const { sessionToken, view } = await host.open(options.link, options.parentOrigin);
      if (sessionToken) options.saveToken(sessionToken);
      if (options.returnedAttempt !== null && view.status === 'user_initiated') {
        become({ view });
        await returned(options.returnedAttempt);
        return;
      }
      show(view);
      // One eID left: nothing to choose. Not after it was left, or there would be no way back.
      const [only, another] = view.providers;
      if (state.screen.name === 'choosing' && only && !another && view.provider === undefined) await choose(only);
    } catch (error) {
      stop(error);
    }
  }

  async function choose(provider: ProviderChoice): Promise<void> {
    become({ screen: { name: 'handing_over', provider } });
    try {
      const { step } = await host.startEid(provider.type, options.framed);
      if (!step.inWindow) return options.goTo(step.url);
      become({
        screen: {
          name: 'handing_over',
          provider,
          elsewhere: { url: step.url, opened: options.eidWindow.open(step.url) },
        },
      });
    } catch (error) {
      if (error instanceof ServerError && error.code === 'session_ended') return start();
      if (error instanceof ServerError && ENDINGS.includes(error.code)) return stop(error);
      const remark = error instanceof ServerError ? 'eid_unavailable' : 'no_connection';
      become({ screen: { name: 'choosing', remark } });
    }
  }

  /** The eID has sent the browser, or its own window, back. */
  async function returned(attempt: string): Promise<void> {
    options.forgetReturn();
    options.eidWindow.close();
    become({ screen: { name: 'completing' } });
    try {
      show(await host.completeEid(attempt));
    } catch (error) {
      if (error instanceof ServerError && error.code === 'eid_not_returned') {
        become({ screen: { name: 'choosing', remark: 'left_eid' } });
      } else if (error instanceof ServerError && error.code === 'eid_unavailable') {
        become({ screen: { name: 'choosing', remark: 'eid_unavailable' } });
      } else stop(error);
    }
  }

  return {
    state: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start,
    choose,
    returned,
    /** Opens the eID's window that the browser has kept back until now. */
    openWindow(): void {
      const { screen } = state;
      if (screen.name !== 'handing_over' || !screen.elsewhere) return;
      const opened = options.eidWindow.open(screen.elsewhere.url);
      become({ screen: { ...screen, elsewhere: { ...screen.elsewhere, opened } } });
    },
    /** Back to the choice; the run that was started is given up. */
    async leaveEid(remark?: Remark): Promise<void> {
      options.eidWindow.close();
      await host.abandonEid().catch(() => {});
      become({ screen: { name: 'choosing', ...(remark ? { remark } : {}) } });
    },
    dismissRemark(): void {
      if (state.screen.name === 'choosing') become({ screen: { name: 'choosing' } });
    },
    async cancel(): Promise<void> {
      options.eidWindow.close();
      try {
        show(await host.cancel());
      } catch (error) {
        stop(error);
      }
    },
  };
}
