import { Button, CompactSelect, Dialog, EnvironmentStrip, TopBar } from '@segl/ui';
import { type ReactNode, useState } from 'react';
import { useIdentification } from '../identification.tsx';
import { languages } from '../texts/languages.ts';
import { useWords } from '../texts/use-words.tsx';

const choices = languages.map(({ code, name, tag }) => ({
  value: code,
  label: name,
  short: code.toUpperCase(),
  lang: tag,
}));

/** What surrounds every screen: the environment, the bar with the way out, and below who asks. */
export function Frame({ centered = false, children }: { centered?: boolean; children: ReactNode }) {
  const { say, language, changeLanguage } = useWords();
  const { view, screen, flow } = useIdentification();
  const [asking, setAsking] = useState(false);
  const [helping, setHelping] = useState(false);
  const account = view?.accountName ?? '';
  const canCancel = view !== null && (screen.name === 'choosing' || screen.name === 'handing_over');
  const cancel = canCancel && (
    <button type="button" className="icon-button top-bar__menu" aria-haspopup="dialog" onClick={() => setAsking(true)}>
      {say('frame.cancel')}
    </button>
  );
  return (
    <div className="frame">
      <header>
        {view?.environment === 'test' && (
          <EnvironmentStrip name={say('environment.name')} text={say('environment.text')} />
        )}
        {view?.ui.hideProviderHeader ? (
          <div className="lone-cancel">{cancel}</div>
        ) : (
          <TopBar
            title={view?.pageTitle ?? say('app.title')}
            subtitle={account || undefined}
            logo={view?.logoUrl === undefined ? undefined : { src: view.logoUrl, alt: account }}
          >
            {cancel}
          </TopBar>
        )}
      </header>
      <main className="sheet-ground">
        <div className={centered ? 'sheet sheet--centered' : 'sheet'}>{children}</div>
      </main>
      {!view?.ui.hideFooter && (
        <footer className="footer">
          <p>{account && say('frame.asks', { account })}</p>
          <div className="footer__actions">
            <CompactSelect
              label={say('frame.language')}
              value={language.code}
              choices={choices}
              onChoose={changeLanguage}
            />
            {view && (
              <Button variant="text" aria-haspopup="dialog" onClick={() => setHelping(true)}>
                {say('frame.help')}
              </Button>
            )}
          </div>
        </footer>
      )}
      {view && (
        <Dialog
          open={helping}
          heading={say('help.heading')}
          closeLabel={say('frame.close')}
          onClose={() => setHelping(false)}
        >
          <p>{say('help.what')}</p>
          <p>{say('help.result', { account })}</p>
          <p>
            {say('help.reference')} <code className="reference">{view.requestId}</code>
          </p>
        </Dialog>
      )}
      <Dialog
        open={asking && canCancel}
        heading={say('cancel.heading')}
        closeLabel={say('frame.close')}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button variant="secondary" onClick={() => setAsking(false)}>
              {say('cancel.keep')}
            </Button>
            <Button
              variant="danger"
              onClick={() => {
                setAsking(false);
                void flow.cancel();
              }}
            >
              {say('cancel.confirm')}
            </Button>
          </>
        }
      >
        <p>{say('cancel.body', { account })}</p>
      </Dialog>
    </div>
  );
}
