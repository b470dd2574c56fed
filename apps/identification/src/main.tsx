import '@segl/ui/styles.css';
import './identification.css';
import { handOverReturn, LiveRegion, openEidWindows, tellAncestors } from '@segl/ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { followCourse, type WebMessage } from './embedding/web-messages.ts';
import { createIdentificationFlow, type FlowState } from './flow/identification-flow.ts';
import { IdentificationProvider } from './identification.tsx';
import { connectToIdHost } from './server/id-host.ts';
import { attemptInHash, readBoot } from './session/boot.ts';
import { openTabStore, tabStorage } from './session/tab-store.ts';
import { WordsProvider } from './texts/use-words.tsx';

const boot = readBoot(document);
const framed = window.parent !== window;
const store = openTabStore(boot.link ?? '', tabStorage(window));
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const host = connectToIdHost({ token: store.token, wait });

if (boot.state === 'eid_window') {
  handOverReturn(window, attemptInHash(location.hash));
  window.close();
}

const flow = createIdentificationFlow({
  link: boot.link,
  returnedAttempt: attemptInHash(location.hash),
  host,
  saveToken: store.saveToken,
  framed,
  // Firefox does not tell; there the policy of the page alone decides.
  parentOrigin: framed ? (window.location.ancestorOrigins?.[0] ?? null) : null,
  forgetReturn: () => history.replaceState(null, '', location.pathname),
  goTo: (url) => location.assign(url),
  eidWindow: openEidWindows(window, (attempt) => void flow.returned(attempt)),
});

function tell(message: WebMessage): void {
  const origins = flow.state().view?.frame?.messageOrigins;
  if (framed && origins) tellAncestors(window, origins, message);
}

/** At the end the user goes on to where the caller wants, or the page around is told to see to it. */
function leave({ view, screen }: FlowState): void {
  if (screen.name !== 'ended' || !view?.returnUrl) return;
  if (!framed) location.replace(view.returnUrl);
  else if (!view.frame?.webMessaging) moveParent(view.returnUrl);
}

function moveParent(url: string): void {
  try {
    // Needs a click of the user not long ago; without, the link on the page is left.
    window.top?.location.assign(url);
  } catch {
    // The same.
  }
}

/** A page that was opened again after the end is only shown. */
let sawItRunning = false;
const follow = followCourse(tell);
flow.subscribe(() => {
  const state = flow.state();
  follow(state);
  if (state.view?.status === 'user_initiated') sawItRunning = true;
  if (sawItRunning) leave(state);
});

function changeLanguage(code: string): void {
  store.saveLanguage(code);
  void host.changeLanguage(code).catch(() => {});
  tell({ type: 'language_changed', payload: code });
}

function announceHeight(): void {
  if (!framed) return;
  const root = document.getElementById('root')!;
  new ResizeObserver(() => {
    const least = flow.state().view?.frame?.heightPx ?? 0;
    tell({ type: 'resize', payload: { height: Math.max(least, Math.ceil(root.getBoundingClientRect().height)) } });
  }).observe(root);
}

document.documentElement.dataset.framed = String(framed);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <WordsProvider wanted={[store.language(), boot.language, ...navigator.languages]} onChange={changeLanguage}>
      <LiveRegion>
        <IdentificationProvider flow={flow} framed={framed}>
          <App keepAlive={host.keepAlive} />
        </IdentificationProvider>
      </LiveRegion>
    </WordsProvider>
  </StrictMode>,
);
announceHeight();
if (boot.state !== 'eid_window') void flow.start();
