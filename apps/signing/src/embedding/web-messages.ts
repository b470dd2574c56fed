import type { FlowState } from '../flow/signing-flow.ts';

/** What the page around the app is told (`type` and `payload` are the contract's words). */
export type WebMessage =
  | { type: 'app_started' | 'document_read' | 'document_expired' | 'user_canceled' | 'sign_success'; payload: Named }
  | { type: 'eid_selected' | 'language_changed'; payload: string }
  | { type: 'spinner_on' | 'spinner_off' }
  | {
      type: 'sign_error';
      payload: Named & { errorCode: string; eidErrorCode?: string; eidErrorMessage?: string; errorMessage: string };
    };

type Named = { documentId?: string };

/** Says what follows from the course of the flow: call it with every state, in order. */
export function followCourse(tell: (message: WebMessage) => void): (state: FlowState) => void {
  let started = false;
  let spinning = false;
  let last: FlowState['screen'] | null = null;

  return ({ view: open, locked, screen }) => {
    const view = open ?? locked;
    const isNew = last?.name !== screen.name || reasonOf(last) !== reasonOf(screen);
    last = screen;
    const document = { ...(view ? { documentId: view.documentId } : {}) };
    if (!started && view && screen.name !== 'loading') {
      started = true;
      tell({ type: 'app_started', payload: document });
    }
    const waits = screen.name === 'handing_over' && screen.elsewhere === undefined;
    const spins = started && (waits || WORKING.includes(screen.name));
    if (spins !== spinning) {
      spinning = spins;
      tell({ type: spins ? 'spinner_on' : 'spinner_off' });
    }
    if (!isNew) return;
    if (screen.name === 'signed' && !screen.unfinished) tell({ type: 'sign_success', payload: document });
    if (screen.name === 'signed' && screen.unfinished) {
      const { code } = screen.unfinished;
      tell({ type: 'sign_error', payload: { errorCode: code, errorMessage: UNFINISHED_MESSAGE, ...document } });
    }
    if (screen.name === 'failed') {
      const { code, eidErrorCode, eidErrorMessage } = screen.failure;
      const eid = { ...(eidErrorCode ? { eidErrorCode } : {}), ...(eidErrorMessage ? { eidErrorMessage } : {}) };
      tell({ type: 'sign_error', payload: { errorCode: code, errorMessage: ERROR_MESSAGE, ...eid, ...document } });
    }
    if (screen.name !== 'stopped') return;
    if (screen.reason === 'expired') tell({ type: 'document_expired', payload: document });
    if (screen.reason === 'canceled_by_you') tell({ type: 'user_canceled', payload: document });
    const stopped = STOP_ERRORS[screen.reason];
    if (stopped) tell({ type: 'sign_error', payload: { ...stopped, ...document } });
  };
}

export const ERROR_MESSAGE = 'The signing app could not go on.';
const UNFINISHED_MESSAGE = 'The signature is valid; what was to come with it is missing.';

const WORKING: readonly string[] = ['loading', 'sealing', 'finishing'];

const STOP_ERRORS: Partial<Record<string, { errorCode: string; errorMessage: string }>> = {
  canceled: { errorCode: 'document_canceled', errorMessage: 'The sender has cancelled the document.' },
  session_ended: { errorCode: 'SA-1017', errorMessage: 'The session has ended.' },
  open_link_again: { errorCode: 'SA-1008', errorMessage: 'The page has no session.' },
};

function reasonOf(screen: FlowState['screen'] | null): string | undefined {
  if (screen?.name === 'stopped') return screen.reason;
  return screen?.name === 'failed' ? screen.failure.code : undefined;
}

/** Answers the page that asks whether the app is there. Nothing else that comes in is acted on. */
export function answerPings(page: Window, origins: readonly string[]): void {
  page.addEventListener('message', (event) => {
    if (!origins.includes(event.origin) || !event.source) return;
    if (typeOf(event.data) !== 'ping') return;
    event.source.postMessage(JSON.stringify({ type: 'pong' }), { targetOrigin: event.origin });
  });
}

function typeOf(data: unknown): unknown {
  try {
    const message: unknown = typeof data === 'string' ? JSON.parse(data) : data;
    return (message as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}
