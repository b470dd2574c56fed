import { applyAccountStyling, applyTheme, keepAliveOnActivity } from '@segl/ui';
import { useEffect, useLayoutEffect } from 'react';
import { useIdentification } from './identification.tsx';
import { ChoosingScreen } from './screens/choosing-screen.tsx';
import { EndedScreen } from './screens/ended-screen.tsx';
import { StoppedScreen } from './screens/stopped-screen.tsx';
import { CompletingScreen, HandingOverScreen, LoadingScreen } from './screens/working-screens.tsx';
import { useWords } from './texts/use-words.tsx';

export function App({ keepAlive }: { keepAlive: () => Promise<void> }) {
  const { flow, screen, view } = useIdentification();
  const { say } = useWords();

  useLayoutEffect(() => {
    if (!view) return;
    applyTheme(document.documentElement, {
      colorTheme: view.ui.colorTheme === 'light_blue' ? 'LightBlue' : 'Default',
      themeMode: view.ui.themeMode === 'dark' ? 'Dark' : 'Light',
    });
    applyAccountStyling(document, view.cssUrl);
  }, [view]);

  const title = view?.pageTitle;
  useEffect(() => {
    document.title = title ?? say('app.title');
  }, [title, say]);

  const isOpen = view !== null && screen.name !== 'ended';
  useEffect(() => {
    if (isOpen) return keepAliveOnActivity(document, keepAlive, () => performance.now());
  }, [isOpen, keepAlive]);

  useEffect(() => {
    // Some browsers bring the page back as it was left, with the hand-over to the eID still on it.
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted && flow.state().screen.name === 'handing_over') void flow.leaveEid('left_eid');
    };
    window.addEventListener('pageshow', onPageShow);
    return () => window.removeEventListener('pageshow', onPageShow);
  }, [flow]);

  switch (screen.name) {
    case 'loading':
      return <LoadingScreen />;
    case 'choosing':
      return <ChoosingScreen remark={screen.remark} />;
    case 'handing_over':
      return <HandingOverScreen provider={screen.provider} elsewhere={screen.elsewhere} />;
    case 'completing':
      return <CompletingScreen />;
    case 'ended':
      return view && <EndedScreen view={view} />;
    case 'stopped':
      return <StoppedScreen key={screen.reason} reason={screen.reason} />;
  }
}
