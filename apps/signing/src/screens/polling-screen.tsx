import { Button, ScreenHeading } from '@segl/ui';
import { PolledEid } from '@segl/ui/polled-eid';
import { useCallback } from 'react';
import { Frame, Sheet } from '../frame/frame.tsx';
import type { Purpose, SigningMethod } from '../server/contract.ts';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** At an eID in an app of its own, on another device or on this one. */
export default function PollingScreen({ method, purpose }: { method: SigningMethod; purpose: Purpose }) {
  const { say, language } = useSpeech();
  const { flow, view, locked } = useSigning();
  const ask = useCallback(() => flow.pollEid(language.code.toLowerCase()), [flow, language]);
  const named = { method: method.name };
  return (
    <Frame title={view?.document.title ?? say('app.title')} subtitle={(view ?? locked)?.account.name}>
      <Sheet centered>
        <ScreenHeading>{method.name}</ScreenHeading>
        <PolledEid
          ask={ask}
          words={{
            scan: say('polled.scan', named),
            code: say('polled.code', named),
            open: say('polled.open', named),
            otherDevice: say('polled.other_device'),
            unreachable: say('polled.unreachable'),
          }}
        />
        <Button variant="text" onClick={flow.leavePolledEid}>
          {say(purpose === 'sign' ? 'frame.back_to_document' : 'polled.leave')}
        </Button>
      </Sheet>
    </Frame>
  );
}
