import { applyAccountStyling, applyTheme } from '@segl/ui';
import { lazy, type ReactNode, Suspense, useEffect, useLayoutEffect } from 'react';
import { CancelDialog } from './frame/cancel-dialog.tsx';
import { useHistorySteps } from './frame/use-history-steps.ts';
import { AttachmentScreen } from './screens/attachment-screen.tsx';
import { ChoosingScreen } from './screens/choosing-screen.tsx';
import { FailedScreen } from './screens/failed-screen.tsx';
import { LoadingScreen } from './screens/loading-screen.tsx';
import { ReadingScreen } from './screens/reading-screen.tsx';
import { SignedScreen } from './screens/signed-screen.tsx';
import { StoppedScreen } from './screens/stopped-screen.tsx';
import { FinishingScreen, HandingOverScreen, SealingScreen } from './screens/working-screens.tsx';
import { SessionLifeDialog } from './session/life-dialog.tsx';
import { useSigning } from './signing.tsx';
import { useSpeech } from './texts/use-speech.tsx';

const LOOK_AGAIN_MS = 8000;

/** Looks again at what may have changed while nobody did anything here. */
function useLooks(): void {
  const { flow } = useSigning();
  useEffect(() => {
    // Some browsers bring the page back as it was left, with the hand-over to the eID still on it.
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) flow.leaveEid();
    };
    const onVisible = () => {
      if (document.visibilityState === 'visible') void flow.lookAgain();
    };
    // What happens to the document elsewhere is to be seen here within ten seconds.
    const looking = setInterval(onVisible, LOOK_AGAIN_MS);
    window.addEventListener('pageshow', onPageShow);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearInterval(looking);
      window.removeEventListener('pageshow', onPageShow);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [flow]);
}

/** Screens on which a session has something to lose. */
const LIVING: readonly string[] = [
  'proving',
  'dialog',
  'overview',
  'attachment',
  'reading',
  'choosing',
  'accepting',
  'handwriting',
  'handing_over',
  'failed',
];

// Few signers meet these, so nobody waits for them before the document.
const ProvingScreen = lazy(() => import('./screens/proving-screen.tsx'));
const DialogScreen = lazy(() => import('./screens/dialog-screen.tsx'));
const OverviewScreen = lazy(() => import('./screens/overview-screen.tsx'));
const AcceptingScreen = lazy(() => import('./screens/accepting-screen.tsx'));
const HandwritingScreen = lazy(() => import('./screens/handwriting-screen.tsx'));

function Later({ screen }: { screen: ReactNode }) {
  return <Suspense fallback={<LoadingScreen />}>{screen}</Suspense>;
}

export function App() {
  const { screen, view, locked } = useSigning();
  const { say } = useSpeech();
  const { asksToLeave, stay } = useHistorySteps();
  useLooks();

  useLayoutEffect(() => {
    const known = view ?? locked;
    if (!known) return;
    applyTheme(document.documentElement, known.theme);
    applyAccountStyling(document, known.account.cssUrl);
  }, [view, locked]);

  const title = screen.name === 'stopped' && screen.reason === 'unknown_link' ? undefined : view?.document.title;
  useEffect(() => {
    document.title = title ? `${title} – ${say('app.title')}` : say('app.title');
  }, [title, say]);

  return (
    <>
      <CurrentScreen />
      {(view ?? locked) && <CancelDialog open={asksToLeave} onClose={stay} />}
      {(view ?? locked) && LIVING.includes(screen.name) && <SessionLifeDialog />}
    </>
  );
}

function CurrentScreen() {
  const { screen } = useSigning();
  switch (screen.name) {
    case 'loading':
      return <LoadingScreen />;
    case 'proving':
      return <Later screen={<ProvingScreen busy={screen.busy} remark={screen.remark} />} />;
    case 'dialog':
      return <Later screen={<DialogScreen />} />;
    case 'overview':
      return <Later screen={<OverviewScreen />} />;
    case 'accepting':
      return <Later screen={<AcceptingScreen busy={screen.busy} remark={screen.remark} />} />;
    case 'handwriting':
      return <Later screen={<HandwritingScreen busy={screen.busy} remark={screen.remark} />} />;
    case 'attachment':
      return <AttachmentScreen key={screen.attachment.id} attachment={screen.attachment} remark={screen.remark} />;
    case 'reading':
      return <ReadingScreen remark={screen.remark} />;
    case 'choosing':
      return <ChoosingScreen remark={screen.remark} />;
    case 'handing_over':
      return <HandingOverScreen method={screen.method} elsewhere={screen.elsewhere} />;
    case 'sealing':
      return <SealingScreen />;
    case 'finishing':
      return <FinishingScreen />;
    case 'signed':
      return <SignedScreen copy={screen.copy} redirect={screen.redirect} unfinished={screen.unfinished} />;
    case 'stopped':
      return (
        <StoppedScreen key={screen.reason} reason={screen.reason} redirect={screen.redirect} sender={screen.sender} />
      );
    case 'failed':
      return <FailedScreen failure={screen.failure} />;
  }
}
