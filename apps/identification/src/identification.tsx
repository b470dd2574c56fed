import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { FlowState, IdentificationFlow } from './flow/identification-flow.ts';

interface Identification extends FlowState {
  flow: IdentificationFlow;
  framed: boolean;
}

const Identification = createContext<Identification | null>(null);

/** Makes the session and its course known to all screens. */
export function IdentificationProvider({
  flow,
  framed,
  children,
}: {
  flow: IdentificationFlow;
  framed: boolean;
  children: ReactNode;
}) {
  const state = useSyncExternalStore(flow.subscribe, flow.state);
  return <Identification value={{ flow, framed, ...state }}>{children}</Identification>;
}

export function useIdentification(): Identification {
  const identification = useContext(Identification);
  if (!identification) throw new Error('No session around this component');
  return identification;
}
