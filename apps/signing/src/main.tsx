import '@segl/ui/styles.css';
import './signing.css';
import { handOverReturn, LiveRegion, openEidWindows, tellAncestors } from '@segl/ui';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { answerPings, type WebMessage } from './embedding/web-messages.ts';
import { createSigningFlow } from './flow/signing-flow.ts';
import { connectToSignHost } from './server/sign-host.ts';
import { attemptInHash, readBoot } from './session/boot.ts';
import { openSessionStore, tabStorage } from './session/session-store.ts';
import { SigningProvider } from './signing.tsx';
import { chooseLanguage, loadTexts } from './texts/languages.ts';
import { SpeechProvider } from './texts/use-speech.tsx';
import { fetchViewerEarly } from './viewer/load-viewer.ts';

const boot = readBoot(document);
const store = openSessionStore(boot.handle ?? '', tabStorage());
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const host = connectToSignHost({ origin: '', sessionToken: () => store.tokens()?.sessionToken || null, wait });
const eidWindow = openEidWindows(window, (attempt) => void flow.eidReturned(attempt));
const flow = createSigningFlow({
  boot,
  returnedAttempt: attemptInHash(location.hash),
  host,
  store,
  showHandle: (handle) => history.replaceState(null, '', `/d/${handle}`),
  goTo: (url) => location.assign(url),
  framed: window.parent !== window,
  eidWindow,
  handOver(attempt) {
    handOverReturn(window, attempt);
    window.close();
  },
  tell: (message: WebMessage) => tellAncestors(window, boot.messageOrigins, message),
  replaceBy: (url) => location.replace(url),
  wait,
  now: Date.now,
});
answerPings(window, boot.messageOrigins);

function saveLanguage(language: string): void {
  store.saveLanguage(language);
  tellAncestors(window, boot.messageOrigins, { type: 'language_changed', payload: language });
}

const ThemePreview = lazy(() => import('./screens/theme-preview.tsx'));

async function begin(): Promise<void> {
  const { theme } = boot;
  if (boot.state === 'ok') fetchViewerEarly();
  if (!theme) void flow.start();
  const first = await loadTexts(chooseLanguage([store.language(), boot.language, ...navigator.languages]));
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <SpeechProvider first={first} onChange={saveLanguage}>
        <LiveRegion>
          {theme ? (
            <Suspense>
              <ThemePreview theme={theme} />
            </Suspense>
          ) : (
            <SigningProvider flow={flow} host={host} store={store}>
              <App />
            </SigningProvider>
          )}
        </LiveRegion>
      </SpeechProvider>
    </StrictMode>,
  );
}

// The page itself has found the browser too old and says so; whoever tries anyway may.
if ('outdated' in document.documentElement.dataset) {
  document.addEventListener('segl-try-anyway', () => void begin(), { once: true });
} else void begin();
