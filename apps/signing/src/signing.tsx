import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
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
  const { view, locked, screen } = useSyncExternalStore(flow.subscribe, flow.state);
  return <Signing value={{ flow, host, store, view, locked, screen }}>{children}</Signing>;
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
