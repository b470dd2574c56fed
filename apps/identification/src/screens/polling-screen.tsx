import { Button, ScreenHeading } from '@segl/ui';
import { PolledEid } from '@segl/ui/polled-eid';
import { useCallback } from 'react';
import type { ProviderChoice } from '../flow/identification-flow.ts';
import { useIdentification } from '../identification.tsx';
import { useWords } from '../texts/use-words.tsx';
import { Frame } from './frame.tsx';

/** At an eID in an app of its own, on another device or on this one. */
export default function PollingScreen({ provider }: { provider: ProviderChoice }) {
  const { say, language } = useWords();
  const { flow } = useIdentification();
  const ask = useCallback(() => flow.pollEid(language.code), [flow, language]);
  const eid = provider.names[language.code];
  return (
    <Frame centered>
      <ScreenHeading>{eid}</ScreenHeading>
      <PolledEid
        ask={ask}
        words={{
          scan: say('polled.scan', { eid }),
          code: say('polled.code', { eid }),
          open: say('polled.open', { eid }),
          otherDevice: say('polled.other_device'),
          unreachable: say('polled.unreachable'),
        }}
      />
      <Button variant="text" onClick={() => void flow.leaveEid()}>
        {say('window.other')}
      </Button>
    </Frame>
  );
}
