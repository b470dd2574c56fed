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
  const { document: shown, account } = useView();
  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet centered>
        <Spinner />
        <ScreenHeading>{say('sealing.heading')}</ScreenHeading>
        <p>{say('sealing.body')}</p>
      </Sheet>
    </Frame>
  );
}
