import { Button, type Fact, Facts, Icon, Notice, ScreenHeading, useAnnounce } from '@segl/ui';
import { type ReactNode, useEffect } from 'react';
import type { CopyState, Unfinished } from '../flow/screen.ts';
import { Frame, Sheet } from '../frame/frame.tsx';
import { PlainText } from '../frame/plain-text.tsx';
import { useDownload } from '../frame/use-download.ts';
import type { View } from '../server/contract.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** What was recorded, the copy, and the way back. */
export function SignedScreen({
  copy,
  redirect,
  unfinished,
}: {
  copy: CopyState;
  redirect?: string;
  unfinished?: Unfinished;
}) {
  const { say, sayInstant } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account, signature, remainingSigners, dialogs } = useView();
  const facts: Fact[] = [
    ...(signature
      ? [
          { term: say('signed.who'), value: signature.fullName },
          {
            term: say('signed.when'),
            value: <time dateTime={signature.signedTime}>{sayInstant(signature.signedTime)}</time>,
          },
          {
            term: say('signed.how'),
            value: signature.method === 'unknown' ? say('signed.by_hand') : signature.methodName,
          },
        ]
      : []),
    { term: say('signed.sender'), value: account.name },
    { term: say('signed.remaining_term'), value: say('signed.remaining', { count: remainingSigners }) },
  ];
  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet>
        <div className="signed-mark">
          <Icon name="check" size={36} />
        </div>
        <ScreenHeading>{say('signed.heading')}</ScreenHeading>
        <p>{say('signed.body', { title: shown.title })}</p>
        {unfinished && (
          <Notice>
            {say('signed.unfinished', { account: account.name })} <span className="muted">{unfinished.code}</span>
          </Notice>
        )}
        {dialogs?.after && (
          <section className="from-sender">
            {dialogs.after.title && <h2>{dialogs.after.title}</h2>}
            {dialogs.after.message && <PlainText text={dialogs.after.message} />}
          </section>
        )}
        <Facts facts={facts} />
        <Copy
          copy={copy}
          wayBack={
            redirect && (
              <Button onClick={() => void flow.leave(redirect)}>
                {say('frame.back_to_sender', { account: account.name })}
              </Button>
            )
          }
        />
        {!redirect && <p className="muted small">{say('signed.close')}</p>}
      </Sheet>
    </Frame>
  );
}

/** The signer's copy in whatever state it is, beside the way back to the sender if there is one. */
function Copy({ copy, wayBack }: { copy: CopyState; wayBack: ReactNode }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const { account, canDownload, remainingSigners, signature } = useView();
  const { state, download } = useDownload();
  const announce = useAnnounce();
  const ready = copy.state === 'ready';
  useEffect(() => {
    if (ready) announce(say('signed.ready'));
  }, [ready, announce, say]);

  const variant = wayBack ? 'secondary' : 'primary';
  return (
    <>
      {state === 'failed' && <Notice tone="danger">{say('menu.download_failed')}</Notice>}
      {copy.state === 'late' && (
        <Notice>
          <p>
            {say('signed.late', { account: account.name })} <span className="muted">{copy.code}</span>
          </p>
          <Button variant="text" onClick={() => void flow.askForCopyAgain()}>
            {say('signed.check_again')}
          </Button>
        </Notice>
      )}
      {copy.state === 'none' && canDownload && remainingSigners > 0 && (
        <p>{say('signed.copy_later', { account: account.name })}</p>
      )}
      {signature && !ready && <Receipt receipt={signature.receipt} />}
      <div className="button-row">
        {copy.state === 'preparing' && (
          <Button variant={variant} icon="hourglass" busy>
            {say('signed.preparing')}
          </Button>
        )}
        {copy.state === 'ready' && (
          <Button
            variant={variant}
            icon="download"
            busy={state === 'loading'}
            onClick={() => download(copy.download.url, copy.download.fileName)}
          >
            {say(state === 'loading' ? 'signed.downloading' : 'signed.download')}
          </Button>
        )}
        {wayBack}
      </div>
    </>
  );
}

/** What to keep until the copy is there. */
function Receipt({ receipt }: { receipt: NonNullable<View['signature']>['receipt'] }) {
  const { say } = useSpeech();
  const { state, download } = useDownload();
  return (
    <>
      {state === 'failed' && <Notice tone="danger">{say('menu.download_failed')}</Notice>}
      <Button
        variant="text"
        icon="download"
        busy={state === 'loading'}
        onClick={() => download(receipt.url, receipt.fileName)}
      >
        {say(state === 'loading' ? 'signed.downloading' : 'signed.receipt')}
      </Button>
    </>
  );
}
