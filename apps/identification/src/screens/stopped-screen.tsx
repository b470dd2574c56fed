import { Button, Icon, ScreenHeading } from '@segl/ui';
import type { StopReason } from '../flow/identification-flow.ts';
import { useIdentification } from '../identification.tsx';
import { useWords } from '../texts/use-words.tsx';
import { Frame } from './frame.tsx';

/** Nothing can be done here: what is the matter, and what to do. */
export function StoppedScreen({ reason }: { reason: StopReason }) {
  const { say } = useWords();
  const { flow } = useIdentification();
  return (
    <Frame>
      <div className="stop-mark">
        <Icon name={reason === 'no_connection' ? 'hourglass' : 'link-off'} size={28} />
      </div>
      <ScreenHeading>{say(`stop.${reason}.heading`)}</ScreenHeading>
      <p>{say(`stop.${reason}.body`)}</p>
      {reason === 'no_connection' && (
        <Button onClick={() => void flow.start()}>{say('stop.no_connection.action')}</Button>
      )}
    </Frame>
  );
}
