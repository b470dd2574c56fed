import { Button, Icon, ScreenHeading, Spinner } from '@segl/ui';
import { Frame, Sheet } from '../frame/frame.tsx';
import type { SigningMethod } from '../server/contract.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** Between the choice and the eID's own page, and beside the window in which that page is. */
export function HandingOverScreen({
  method,
  elsewhere,
}: {
  method: SigningMethod;
  elsewhere?: { url: string; opened: boolean };
}) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account } = useView();
  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet centered>
        {elsewhere ? (
          <>
            <div className="stop-mark">
              <Icon name="window" size={28} />
            </div>
            <ScreenHeading key="elsewhere">
              {say(elsewhere.opened ? 'hand_over.window_heading' : 'hand_over.blocked_heading', {
                method: method.name,
              })}
            </ScreenHeading>
            <p>{say('hand_over.window_body', { method: method.name })}</p>
            <Button variant={elsewhere.opened ? 'secondary' : 'primary'} onClick={flow.openEidWindow}>
              {say(elsewhere.opened ? 'hand_over.open_again' : 'hand_over.open', { method: method.name })}
            </Button>
          </>
        ) : (
          <>
            <Spinner />
            <ScreenHeading>{say('hand_over.heading', { method: method.name })}</ScreenHeading>
            <p>{say('hand_over.body', { method: method.name })}</p>
          </>
        )}
        <Button variant="text" onClick={flow.leaveEid}>
          {say('frame.back_to_document')}
        </Button>
      </Sheet>
    </Frame>
  );
}

/** After the eID, until the signature is stored. */
export function SealingScreen() {
  const { say } = useSpeech();
  return <Working heading={say('sealing.heading')} body={say('sealing.body')} />;
}

/** The signature is stored; the account waits for something that comes with it. */
export function FinishingScreen() {
  const { say } = useSpeech();
  const { account } = useView();
  return <Working heading={say('finishing.heading')} body={say('finishing.body', { account: account.name })} />;
}

function Working({ heading, body }: { heading: string; body: string }) {
  const { document: shown, account } = useView();
  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet centered>
        <Spinner />
        <ScreenHeading key={heading}>{heading}</ScreenHeading>
        <p>{body}</p>
      </Sheet>
    </Frame>
  );
}
