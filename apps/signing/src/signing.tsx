import { createContext, type ReactNode, startTransition, useContext, useEffect, useState } from 'react';
import type { Screen } from './flow/screen.ts';
import type { FlowState, SigningFlow } from './flow/signing-flow.ts';
import type { View } from './server/contract.ts';
import type { SignHost } from './server/sign-host.ts';
import type { SessionStore } from './session/session-store.ts';

export type Signing = { flow: SigningFlow; host: SignHost; store: SessionStore; screen: Screen } & Pick<
  FlowState,
  'view' | 'locked'
>;

const Signing = createContext<Signing | null>(null);

/** Makes the sign session, its state and its server known to all screens. */
export function SigningProvider({
  flow,
  host,
  store,
  children,
}: {
  flow: SigningFlow;
  host: SignHost;
  store: SessionStore;
  children: ReactNode;
}) {
  const { view, locked, screen } = useFlowState(flow);
  return <Signing value={{ flow, host, store, view, locked, screen }}>{children}</Signing>;
}

/**
 * The first screen is drawn in slices, so that a slow phone goes on answering meanwhile; every other change is an answer
 * to the signer and comes at once.
 */
function useFlowState(flow: SigningFlow): FlowState {
  const [state, setState] = useState(flow.state);
  useEffect(() => {
    let shown: Screen['name'] = 'loading';
    const follow = () => {
      const next = flow.state();
      if (shown === 'loading' && next.screen.name !== 'loading') startTransition(() => setState(next));
      else setState(next);
      shown = next.screen.name;
    };
    follow();
    return flow.subscribe(follow);
  }, [flow]);
  return state;
}

export function useSigning(): Signing {
  const signing = useContext(Signing);
  if (!signing) throw new Error('No sign session around this component');
  return signing;
}

/** For screens that exist only when the session has been opened. */
export function useView(): View {
  const { view } = useSigning();
  if (!view) throw new Error('This screen needs an opened session');
  return view;
}
