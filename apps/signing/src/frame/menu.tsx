import { Button, Dialog, Facts, Notice } from '@segl/ui';
import { useState } from 'react';
import type { View } from '../server/contract.ts';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { ContactDetails } from './contact-details.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { useDownload } from './use-download.ts';

/** What is always at hand: language, whom to ask, the document itself, and the way out. */
export function Menu({ view, open, onClose }: { view: View; open: boolean; onClose: () => void }) {
  const { say, sayBytes } = useSpeech();
  const { host } = useSigning();
  const { state: downloading, download } = useDownload();
  const [confirming, setConfirming] = useState(false);
  const { document: shown } = view;
  const canSign = view.state === 'sign';

  return (
    <>
      <Dialog open={open} heading={say('menu.heading')} closeLabel={say('frame.close')} onClose={onClose}>
        <LanguageChoice inBar={false} />
        <section className="menu-part">
          <h3>{say('menu.contact')}</h3>
          <p>{view.account.name}</p>
          <ContactDetails view={view} />
        </section>
        <section className="menu-part">
          <h3>{say('menu.help')}</h3>
          <p>{say('menu.help_body')}</p>
        </section>
        {canSign && (
          <section className="menu-part">
            <h3>{say('menu.document')}</h3>
            <p>{shown.title}</p>
            <Facts
              facts={[
                { term: say('menu.file_name'), value: shown.fileName },
                { term: say('menu.size'), value: sayBytes(shown.sizeBytes) },
                { term: say('menu.fingerprint'), value: shown.sha256, code: true },
              ]}
            />
            {downloading === 'failed' && <Notice tone="danger">{say('menu.download_failed')}</Notice>}
            <Button
              variant="secondary"
              icon="download"
              busy={downloading === 'loading'}
              onClick={() => download(host.documentUrl, shown.fileName)}
            >
              {say(downloading === 'loading' ? 'menu.downloading' : 'menu.download')}
            </Button>
            <Button
              variant="quiet-danger"
              onClick={() => {
                onClose();
                setConfirming(true);
              }}
            >
              {say('menu.cancel')}
            </Button>
          </section>
        )}
      </Dialog>
      <CancelDialog open={confirming} onClose={() => setConfirming(false)} />
    </>
  );
}
