import { Button, ScreenHeading, Spinner } from '@segl/ui';
import { Frame, Sheet } from '../frame/frame.tsx';
import type { SigningMethod } from '../server/contract.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** Between the choice and the eID's own page. */
export function HandingOverScreen({ method }: { method: SigningMethod }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const { document: shown, account } = useView();
  return (
    <Frame title={shown.title} subtitle={account.name}>
      <Sheet centered>
        <Spinner />
        <ScreenHeading>{say('hand_over.heading', { method: method.name })}</ScreenHeading>
        <p>{say('hand_over.body', { method: method.name })}</p>
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
