import type { FlowState } from '../flow/identification-flow.ts';
import type { AppView } from '../server/id-host.ts';

/** What the page around the app is told. Who the person is, is not in it. */
export type WebMessage =
  | { type: 'app_started'; payload: { sessionId: string } }
  | { type: 'eid_selected' | 'language_changed'; payload: string }
  | { type: 'spinner_on' | 'spinner_off' }
  | { type: 'resize'; payload: { height: number } }
  | { type: 'id_success' | 'id_aborted'; payload: Ended }
  | {
      type: 'id_error';
      payload: Ended & { errorCode: string; errorMessage: string; eidErrorCode?: string };
    };

interface Ended {
  sessionId: string;
  externalReference?: string;
  url?: string;
}

/** Says what follows from the course of the flow: call it with every state, in order. */
export function followCourse(tell: (message: WebMessage) => void): (state: FlowState) => void {
  let started = false;
  let spinning = false;
  let selected: string | null = null;
  let ended = false;
  return ({ view, screen }) => {
    if (!started && view) {
      started = true;
      tell({ type: 'app_started', payload: { sessionId: view.sessionId } });
    }
    if (screen.name === 'handing_over' && screen.provider.type !== selected) {
      selected = screen.provider.type;
      tell({ type: 'eid_selected', payload: selected });
    }
    if (screen.name === 'choosing') selected = null;
    const waits = screen.name === 'completing' || (screen.name === 'handing_over' && !screen.elsewhere);
    if (started && waits !== spinning) {
      spinning = waits;
      tell({ type: waits ? 'spinner_on' : 'spinner_off' });
    }
    if (!ended && view && screen.name === 'ended') {
      ended = true;
      tell(endMessage(view));
    }
  };
}

function endMessage(view: AppView): WebMessage {
  const payload: Ended = {
    sessionId: view.sessionId,
    ...(view.externalReference ? { externalReference: view.externalReference } : {}),
    ...(view.returnUrl ? { url: view.returnUrl } : {}),
  };
  if (view.status === 'success') return { type: 'id_success', payload };
  if (view.status === 'user_aborted' || !view.error) return { type: 'id_aborted', payload };
  const { code, message, providerCode } = view.error;
  const eid = providerCode === undefined ? {} : { eidErrorCode: providerCode };
  return { type: 'id_error', payload: { ...payload, errorCode: code, errorMessage: message, ...eid } };
}
