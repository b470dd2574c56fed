import { ERROR_MESSAGE, followCourse, type WebMessage } from '../embedding/web-messages.ts';
import {
  type AttemptOutcome,
  type Boot,
  type CodeCheck,
  isLocked,
  type LockedView,
  type ReportedError,
  type SessionView,
  type SigningMethod,
  type View,
} from '../server/contract.ts';
import { ConnectionError, ServerError, type SignHost } from '../server/sign-host.ts';
import { watchSessionLife } from '../session/session-life.ts';
import type { SessionStore } from '../session/session-store.ts';
import { isFatal, startErrorCode } from './error-codes.ts';
import { followResult, followSignature } from './follow-result.ts';
import { type Failure, mayChange, nextAttachment, type Screen, screenFor, unknownTo } from './screen.ts';
import { sealedSteps } from './sealed-steps.ts';

/** `locked`: what is known of a session whose person is not known yet; then there is no `view`. */
export type FlowState = { view: View | null; locked: LockedView | null; screen: Screen };

export type SigningFlow = ReturnType<typeof createSigningFlow>;

export type FlowSurroundings = {
  boot: Boot;
  /** From the address, when the eID has just sent the browser back: the attempt and the code of this return. */
  returnedAttempt: string | null;
  host: SignHost;
  store: SessionStore;
  /** Replaces the address by the one without sign token or attempt. */
  showHandle(handle: string): void;
  /** Leaves for the eID, from which the browser comes back. */
  goTo(url: string): void;
  /** Whether the app runs inside another page. */
  framed: boolean;
  /** The window for an eID that must not be framed; `false` when the browser wants a click for it. */
  eidWindow: { open(url: string): boolean; close(): void };
  /** In such a window: gives the return to the frame that opened it. */
  handOver(attempt: string | null): void;
  /** Tells the page around this one. */
  tell(message: WebMessage): void;
  /** Leaves for good. */
  replaceBy(url: string): void;
  wait(ms: number): Promise<void>;
  /** Milliseconds on this device's clock, which goes on while the device sleeps. */
  now(): number;
};

/** Screens on which the document's state may change behind the signer's back. */
const LOOKED_AGAIN: readonly Screen['name'][] = [
  'proving',
  'dialog',
  'overview',
  'attachment',
  'reading',
  'choosing',
  'accepting',
  'handwriting',
  'stopped',
];

/** Another person than the expected one is told so, and nothing else helps. */
const WRONG_PERSON = 'SA-1028';

/** Between the last message to the page around this one and the way to another page. */
const REDIRECT_PAUSE_MS = 100;

/**
 * The course of one sign session, from the link to the signed document: which screen is shown, and what is asked of the
 * server in between. It knows nothing of React or of the page; the screens call its actions and show its state.
 */
export function createSigningFlow(around: FlowSurroundings) {
  const { boot, host, store, wait } = around;
  let state: FlowState = { view: null, locked: null, screen: { name: 'loading' } };
  let bootCode = boot.bootCode;
  let handle = boot.handle ?? '';
  let returnedAttempt = around.returnedAttempt;
  let runningAttempt: string | null = null;
  const listeners = new Set<() => void>();
  const life = watchSessionLife(around.now);
  const tellOfCourse = followCourse(around.tell);

  const resultPoll = {
    state: () => state,
    show,
    ask: () => host.getResult(),
    report: (errorCode: string) => report({ errorCode }),
    wait,
    leave,
    now: around.now,
  };

  const sealed = sealedSteps({ host, state: () => state, show, showView, fail });

  function show(screen: Screen, view: SessionView | null = state.view ?? state.locked): void {
    if (view && view !== state.view && view !== state.locked) life.learn(view.life);
    state =
      view && isLocked(view) ? { view: null, locked: view, screen } : { view: view ?? null, locked: null, screen };
    tellOfCourse(state);
    for (const listener of listeners) listener();
  }

  function showView(view: SessionView): void {
    const unknown = unknownTo(view);
    if (unknown) return void showFailure({ code: unknown, retry: null }, view);
    show(screenFor(view), view);
    if (state.screen.name === 'signed' || state.screen.name === 'finishing') void followSignature(resultPoll);
  }

  function fail(code: string, retry: Failure['retry'], error: unknown, attemptId?: string): void {
    const refusal = error instanceof ServerError ? error : null;
    if (refusal?.status === 401) {
      endSession();
    } else if (refusal?.code === 'unknown_link') {
      show({ name: 'stopped', reason: 'unknown_link' });
    } else if (refusal?.sender) {
      const reason = refusal.code === 'account_closed' ? 'account_closed' : 'not_allowed';
      show({ name: 'stopped', reason, sender: refusal.sender });
    } else if (refusal?.status === 503 && retry === 'open_session') {
      show({ name: 'stopped', reason: 'maintenance' });
    } else {
      const named = refusal?.code.startsWith('SA-') ? refusal.code : code;
      void showFailure({ code: named, retry, attemptId, requestId: refusal?.requestId });
    }
  }

  /** Where those go who leave because of it. */
  function report(error: ReportedError): Promise<string | undefined> {
    return host.reportError(error).then(
      ({ redirect }) => redirect,
      () => undefined,
    );
  }

  /** The server writes the error down and knows where those go who give up; after a fatal one they go at once. */
  async function showFailure(what: Failure, view: SessionView | null = state.view ?? state.locked): Promise<void> {
    const failure = isFatal(what.code) ? { ...what, retry: null } : what;
    show({ name: 'failed', failure }, view);
    const { screen } = state;
    if (!view) return;
    const { code: errorCode, eidErrorCode, eidErrorMessage, requestId } = failure;
    const reported = await report({ errorCode, eidErrorCode, eidErrorMessage, requestId });
    const redirect = failure.redirect ?? reported;
    if (state.screen !== screen || !redirect) return;
    if (failure.retry === null) return leave(redirect);
    show({ name: 'failed', failure: { ...failure, redirect } });
  }

  /** The server no longer knows the session. The viewer finds it out too, by its own requests. */
  function endSession(): void {
    const canStartAgain = store.tokens() !== null;
    store.dropSessionToken();
    show({ name: 'stopped', reason: canStartAgain ? 'session_ended' : 'open_link_again' });
  }

  async function openSession(by: { bootCode: string } | { signToken: string }): Promise<void> {
    const opened = await host.openSession(by);
    bootCode = null;
    handle = opened.handle;
    store.moveTo(handle);
    store.saveTokens(opened);
    around.showHandle(handle);
    showView(opened.view);
  }

  async function resumeSession(): Promise<void> {
    around.showHandle(handle);
    const view = await host.getSession();
    const begun = view.attempt;
    if (isLocked(view)) return resumeLocked(view);
    if (view.state === 'sign' && returnedAttempt) {
      show({ name: 'sealing', method: view.methods.find(({ method }) => method === begun?.method) }, view);
      return completeAttempt(returnedAttempt);
    }
    if (view.state === 'sign' && begun) {
      // The browser came back by itself, not through the eID: what was begun there must not go on unseen.
      host.abortAttempt(begun.attemptId).catch(() => {});
      return show({ name: 'reading', remark: 'left_eid' }, view);
    }
    showView(view);
  }

  /** The same before the person is known. */
  async function resumeLocked(view: LockedView): Promise<void> {
    const screen = screenFor(view);
    if (screen.name !== 'proving' || !view.attempt) return showView(view);
    if (!returnedAttempt) {
      host.abortAttempt(view.attempt.attemptId).catch(() => {});
      return show({ name: 'proving', remark: 'left_eid' }, view);
    }
    show({ name: 'proving', busy: true }, view);
    let finished: AttemptOutcome;
    try {
      finished = await host.completeAuthentication(returnedAttempt);
    } catch (error) {
      return fail('SA-1005', 'open_session', error);
    }
    returnedAttempt = null;
    const { outcome, errorCode, eidErrorCode, eidErrorMessage, redirect } = finished;
    if (outcome === 'identified') return showView(finished.view);
    if (outcome === 'canceled') return show({ name: 'proving', remark: 'left_eid' }, finished.view);
    const code = errorCode ?? 'SA-1005';
    const retry = code === WRONG_PERSON ? null : 'open_session';
    void showFailure({ code, retry, eidErrorCode, eidErrorMessage, redirect }, finished.view);
  }

  async function completeAttempt(attemptId: string): Promise<void> {
    let finished: AttemptOutcome;
    try {
      finished = await host.completeAttempt(attemptId);
    } catch (error) {
      return fail('SA-1012', 'complete_attempt', error, attemptId);
    }
    returnedAttempt = null;
    runningAttempt = null;
    const { outcome, view, errorCode, eidErrorCode, eidErrorMessage, redirect } = finished;
    if (outcome === 'signed' || view.state !== 'sign' || isLocked(view)) return showView(view);
    if (outcome === 'identified') return showSealing(view);
    if (outcome === 'canceled') return show({ name: 'reading', remark: 'left_eid' }, view);
    const code = errorCode ?? 'SA-1012';
    const retry = code === WRONG_PERSON ? null : 'choose_method';
    void showFailure({ code, retry, eidErrorCode, eidErrorMessage, redirect }, view);
  }

  /** Opens or resumes the session. `quietly` keeps the screen until there is another one to show. */
  async function start(quietly = false): Promise<void> {
    if (!quietly) show({ name: 'loading' });
    if (boot.state === 'eid_window') {
      around.handOver(returnedAttempt);
      return show({ name: 'stopped', reason: 'eid_window' });
    }
    if (boot.state === 'not_allowed' || boot.state === 'account_closed') {
      return show({ name: 'stopped', reason: boot.state, sender: boot.sender });
    }
    if (boot.state === 'unknown_link') return show({ name: 'stopped', reason: 'unknown_link' });
    const stored = store.tokens();
    try {
      if (bootCode) await openSession({ bootCode });
      else if (stored?.sessionToken) await resumeSession();
      else show({ name: 'stopped', reason: stored ? 'session_ended' : 'open_link_again' });
    } catch (error) {
      // The page was made for a link that works: it is the page's code that has grown too old.
      const codeTooOld = bootCode && error instanceof ServerError && error.code === 'unknown_link';
      if (codeTooOld) show({ name: 'stopped', reason: 'open_link_again' });
      else fail(error instanceof ConnectionError ? 'SA-1013' : 'SA-1000', 'open_session', error);
    }
  }

  /** A new session by the link's own token, after the last one ended. */
  async function startAgain(): Promise<void> {
    const stored = store.tokens();
    if (!stored) return show({ name: 'stopped', reason: 'open_link_again' });
    show({ name: 'loading' });
    try {
      await openSession({ signToken: stored.signToken });
    } catch (error) {
      fail(error instanceof ConnectionError ? 'SA-1013' : 'SA-1000', 'open_session', error);
    }
  }

  /** Looks whether the document's state has changed meanwhile, and changes the screen only if so. */
  async function lookAgain(): Promise<void> {
    const { screen } = state;
    if (screen.name === 'stopped' && screen.reason === 'maintenance') return start(true);
    if (!LOOKED_AGAIN.includes(screen.name)) return;
    if (screen.name === 'stopped' && !mayChange(screen.reason)) return;
    try {
      const view = await host.getSession();
      life.learn(view.life);
      if (state.screen !== screen) return;
      const shown = screen.name === 'stopped' ? screen.reason : 'sign';
      const isOther = isLocked(view) !== (state.locked !== null) || (view.state === 'signed' && !isLocked(view));
      if ((view.state !== shown && screen.name !== 'proving') || isOther) return showView(view);
      if (screen.name === 'overview' && !isLocked(view)) show({ name: 'overview' }, view);
    } catch (error) {
      // Not reachable just now: nothing has changed for the signer, the next look comes.
      if (error instanceof ServerError && error.status !== 503) fail('SA-1000', 'open_session', error);
    }
  }

  function openAttachment(id: string): void {
    const attachment = state.view?.attachments.find((one) => one.id === id);
    if (state.screen.name === 'overview' && attachment) show({ name: 'attachment', attachment });
  }

  /** The document comes when every attachment is accepted; the server holds to that too. */
  function openDocument(): void {
    const { view, screen } = state;
    if (view && screen.name === 'overview' && !nextAttachment(view)) show({ name: 'reading' });
  }

  /** The signer goes on from an attachment, back to the overview. */
  async function acceptAttachment(readToEnd: boolean): Promise<void> {
    const { screen } = state;
    if (screen.name !== 'attachment') return;
    const { id, sha256 } = screen.attachment;
    try {
      await host.acceptAttachment(id, sha256, readToEnd);
    } catch (error) {
      if (error instanceof ConnectionError) return show({ ...screen, remark: 'no_connection' });
      // The sender may have changed or removed it meanwhile.
      const now = await host.getSession().catch(() => null);
      const same = now?.attachments.some((one) => one.id === id && one.sha256 === sha256);
      if (now && (now.state !== 'sign' || !same)) return showView(now);
      return fail('SA-1029', 'open_session', error);
    }
    try {
      const view = await host.getSession();
      if (state.screen === screen) showView(view);
    } catch (error) {
      // Accepted it is; what is left to do cannot be shown.
      fail('SA-1007', 'open_session', error);
    }
  }

  /** Where the signer accepts, or writes by hand, once it is known who that is. */
  function showSealing(view: View): void {
    show({ name: view.signStep === 'handwriting' ? 'handwriting' : 'accepting' }, view);
  }

  async function continueToSign(): Promise<void> {
    if (state.view && state.view.signStep !== 'eid') return showSealing(state.view);
    const [first, second] = state.view?.methods ?? [];
    if (!first) return showFailure({ code: 'SA-1011', retry: null });
    if (second) return show({ name: 'choosing' });
    return chooseMethod(first);
  }

  /** Starts the eID. The browser then leaves for it and comes back with the attempt in the address. */
  async function chooseMethod(method: SigningMethod): Promise<void> {
    const { view, screen } = state;
    if (!view) return;
    around.tell({ type: 'eid_selected', payload: method.method });
    show({ name: 'handing_over', method });
    const handingOver = state.screen;
    try {
      const attempt = await host.startAttempt(method.method, view.document.sha256, around.framed);
      if (state.screen !== handingOver) {
        host.abortAttempt(attempt.attemptId).catch(() => {});
        return;
      }
      runningAttempt = attempt.attemptId;
      const { url, inWindow } = attempt.step;
      if (!inWindow) return around.goTo(url);
      show({ name: 'handing_over', method, elsewhere: { url, opened: around.eidWindow.open(url) } });
    } catch (error) {
      if (state.screen !== handingOver) return;
      if (error instanceof ConnectionError) {
        return show({ name: screen.name === 'choosing' ? 'choosing' : 'reading', remark: 'no_connection' });
      }
      const now = await host.getSession().catch(() => null);
      if (now && (now.state !== 'sign' || nextAttachment(now))) return showView(now);
      fail(startFailure(error, method.method, view.mechanism), 'choose_method', error);
    }
  }

  function startFailure(error: unknown, method: string, mechanism: string): string {
    const code = error instanceof ServerError ? error.code : '';
    if (code === 'method_not_available') return 'SA-1001';
    return code === 'eid_unavailable' ? startErrorCode(method, mechanism) : 'SA-1014';
  }

  /** Proves who is there, at an eID. */
  async function proveAt(method: SigningMethod): Promise<void> {
    if (state.screen.name !== 'proving' || !state.locked) return;
    show({ name: 'proving', busy: true });
    const leaving = state.screen;
    try {
      const attempt = await host.startAuthentication(method.method, false);
      if (state.screen === leaving) around.goTo(attempt.step.url);
    } catch (error) {
      if (error instanceof ConnectionError) return show({ name: 'proving', remark: 'no_connection' });
      fail('SA-1004', 'open_session', error);
    }
  }

  async function sendCode(): Promise<void> {
    const { screen } = state;
    if (screen.name !== 'proving') return;
    try {
      const view = await host.sendCode();
      if (state.screen === screen) show({ name: 'proving' }, view);
    } catch (error) {
      if (error instanceof ConnectionError) return show({ name: 'proving', remark: 'no_connection' });
      fail('SA-1033', 'open_session', error);
    }
  }

  /** What came of it, for the field; the right code leads on. */
  async function checkCode(code: string): Promise<CodeCheck['outcome'] | null> {
    try {
      const { outcome, view } = await host.checkCode(code);
      if (outcome === 'passed') showView(view);
      else show({ name: 'proving' }, view);
      const spent = isLocked(view) && outcome === 'used_up' && view.authentication.code?.sendsLeft === 0;
      if (spent) void showFailure({ code: 'SA-1034', retry: null }, view);
      return outcome;
    } catch (error) {
      if (error instanceof ConnectionError) show({ name: 'proving', remark: 'no_connection' });
      else fail('SA-1034', 'open_session', error);
      return null;
    }
  }

  /** Keys of the fields that are not as the sender wants them; the dialog is left when there are none. */
  async function acceptDialog(accepted: boolean, answers: Record<string, string>): Promise<string[]> {
    try {
      showView(await host.acceptDialog(accepted, answers));
      return [];
    } catch (error) {
      if (error instanceof ServerError && error.status === 400) {
        return error.errors.map(({ field }) => field.replace(/^answers\./, ''));
      }
      fail('SA-1006', 'open_session', error);
      return [];
    }
  }

  /** By the signer's click, which every browser lets open a window. */
  function openEidWindow(): void {
    const { screen } = state;
    if (screen.name !== 'handing_over' || !screen.elsewhere) return;
    const { url } = screen.elsewhere;
    show({ ...screen, elsewhere: { url, opened: around.eidWindow.open(url) } });
  }

  /** The eID has sent its window back. */
  async function eidReturned(attempt: string): Promise<void> {
    const { screen } = state;
    if (screen.name !== 'handing_over') return;
    around.eidWindow.close();
    returnedAttempt = attempt;
    show({ name: 'sealing', method: screen.method });
    try {
      await resumeSession();
    } catch (error) {
      fail('SA-1012', 'open_session', error);
    }
  }

  /** Gives up an eID step that has not come back, by the signer's or the browser's *back*. */
  function leaveEid(): void {
    if (state.screen.name !== 'handing_over') return;
    if (runningAttempt) host.abortAttempt(runningAttempt).catch(() => {});
    runningAttempt = null;
    around.eidWindow.close();
    show({ name: 'reading', remark: 'left_eid' });
    void lookAgain();
  }

  /** The end of the document has been reached in this app's viewer. */
  function documentRead(): void {
    if (!state.view) return;
    around.tell({ type: 'document_read', payload: { documentId: state.view.documentId } });
    host.markDocumentRead().catch(() => {});
  }

  /** What is to be read cannot be shown; the screen itself says so and offers other ways. */
  function viewerFailed(errorCode: string): void {
    const { view } = state;
    if (!view) return;
    const payload = { errorCode, errorMessage: ERROR_MESSAGE, documentId: view.documentId };
    around.tell({ type: 'sign_error', payload });
    void report({ errorCode });
  }

  /** Somebody is reading. */
  async function keepAlive(): Promise<void> {
    life.learn(await host.keepAlive());
  }

  function backToDocument(): void {
    const { name } = state.screen;
    const leads = name === 'choosing' || name === 'accepting' || name === 'handwriting' || name === 'failed';
    if (state.view && leads) show({ name: 'reading' });
  }

  /** One screen back, by the browser's button or this app's own. */
  function stepBack(): void {
    const { view, screen } = state;
    const isBelow = screen.name === 'reading' || screen.name === 'attachment';
    if (!isBelow) backToDocument();
    else if (view && view.attachments.length > 0) show({ name: 'overview' });
  }

  function dismissRemark(): void {
    const { screen } = state;
    if (screen.name === 'reading' || screen.name === 'choosing' || screen.name === 'proving')
      show({ name: screen.name });
    if (screen.name === 'accepting' || screen.name === 'handwriting') show({ name: screen.name });
    if (screen.name === 'attachment') show({ name: 'attachment', attachment: screen.attachment });
  }

  async function tryAgain(): Promise<void> {
    if (state.screen.name !== 'failed') return;
    const { retry, attemptId } = state.screen.failure;
    if (retry === 'complete_attempt' && attemptId) {
      show({ name: 'sealing' });
      return completeAttempt(attemptId);
    }
    if (retry === 'choose_method') return continueToSign();
    return start();
  }

  /** Ends this session by the signer's will. The document stays open for another. */
  async function cancelSigning(): Promise<void> {
    const { screen } = state;
    try {
      const canceled = await host.cancelSession();
      // Whoever gives up after a failure did not just change their mind, and the sender's page is told so.
      const redirect = (screen.name === 'failed' && screen.failure.redirect) || canceled.redirect;
      show({ name: 'stopped', reason: 'canceled_by_you' });
      if (redirect) await leave(redirect);
    } catch (error) {
      fail('SA-1017', 'open_session', error);
    }
  }

  async function askForCopyAgain(): Promise<void> {
    if (state.screen.name !== 'signed') return;
    show({ ...state.screen, copy: { state: 'preparing' } });
    return followResult(resultPoll);
  }

  /** Back to the sender's own page; nothing of the session stays behind in the tab. */
  async function leave(url: string): Promise<void> {
    store.clear();
    if (boot.messageOrigins.length > 0) await wait(REDIRECT_PAUSE_MS);
    around.replaceBy(url);
  }

  return {
    state: () => state,
    life,
    keepAlive,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start,
    startAgain,
    lookAgain,
    openAttachment,
    openDocument,
    acceptAttachment,
    continueToSign,
    chooseMethod,
    openEidWindow,
    eidReturned,
    leaveEid,
    documentRead,
    viewerFailed,
    backToDocument,
    stepBack,
    dismissRemark,
    tryAgain,
    cancelSigning,
    askForCopyAgain,
    proveAt,
    sendCode,
    checkCode,
    acceptDialog,
    acceptDocument: sealed.acceptDocument,
    signByHand: sealed.signByHand,
    endSession,
    leave,
  };
}
