import { Button, ScreenHeading, Spinner } from '@segl/ui';
import type { ProviderChoice } from '../flow/identification-flow.ts';
import { useIdentification } from '../identification.tsx';
import { useWords } from '../texts/use-words.tsx';
import { Frame } from './frame.tsx';

export function LoadingScreen() {
  const { say } = useWords();
  return (
    <Frame centered>
      <Spinner />
      <p role="status">{say('frame.loading')}</p>
    </Frame>
  );
}

/** Between the choice and the eID's own page, and while that is open in a window of its own. */
export function HandingOverScreen({
  provider,
  elsewhere,
}: {
  provider: ProviderChoice;
  elsewhere?: { url: string; opened: boolean };
}) {
  const { say, language } = useWords();
  const { flow } = useIdentification();
  const eid = provider.names[language.code];
  return (
    <Frame centered>
      <Spinner />
      {elsewhere ? (
        <>
          <ScreenHeading key="elsewhere">{say('window.heading', { eid })}</ScreenHeading>
          <p>{say('window.body')}</p>
          <Button variant={elsewhere.opened ? 'secondary' : 'primary'} onClick={flow.openWindow}>
            {say('window.open', { eid })}
          </Button>
        </>
      ) : (
        <>
          <ScreenHeading key="here">{say('handing_over.heading', { eid })}</ScreenHeading>
          <p>{say('handing_over.body', { eid })}</p>
        </>
      )}
      <Button variant="text" onClick={() => void flow.leaveEid()}>
        {say('window.other')}
      </Button>
    </Frame>
  );
}

/** After the eID, until its answer is checked and stored. */
export function CompletingScreen() {
  const { say } = useWords();
  return (
    <Frame centered>
      <Spinner />
      <ScreenHeading>{say('completing.heading')}</ScreenHeading>
    </Frame>
  );
}
