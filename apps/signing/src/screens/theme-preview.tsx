import { applyTheme, Button, Facts, Notice, ScreenHeading, Spinner, TopBar } from '@segl/ui';
import { useLayoutEffect } from 'react';
import { Sheet } from '../frame/frame.tsx';
import { LanguageChoice } from '../frame/language-choice.tsx';
import type { View } from '../server/contract.ts';
import { useSpeech } from '../texts/use-speech.tsx';

/** A theme as signers meet it, for those who choose one: there is no session here and nothing to press that does anything. */
export default function ThemePreview({ theme }: { theme: View['theme'] }) {
  const { say } = useSpeech();
  const heading = say('preview.heading', { theme: theme.colorTheme });
  useLayoutEffect(() => applyTheme(document.documentElement, theme), [theme]);
  useLayoutEffect(() => {
    document.title = heading;
  }, [heading]);
  const nothing = () => {};
  return (
    <div className="frame">
      <header>
        <TopBar title={theme.colorTheme} subtitle={say('preview.subtitle')}>
          <LanguageChoice inBar />
        </TopBar>
      </header>
      <Sheet>
        <ScreenHeading>{heading}</ScreenHeading>
        <p>{say('preview.body')}</p>
        <Notice>{say('remark.left_eid')}</Notice>
        <Notice tone="danger">{say('remark.no_connection')}</Notice>
        <Facts
          facts={[
            { term: say('signed.who'), value: 'Kari Nordmann' },
            { term: say('signed.how'), value: 'BankID' },
          ]}
        />
        <div className="button-row">
          <Button onClick={nothing}>{say('read.continue')}</Button>
          <Button variant="secondary" onClick={nothing}>
            {say('read.retry')}
          </Button>
          <Button variant="text" onClick={nothing}>
            {say('failed.leave')}
          </Button>
          <Button variant="danger" onClick={nothing}>
            {say('cancel.confirm')}
          </Button>
        </div>
        <Spinner />
      </Sheet>
    </div>
  );
}
