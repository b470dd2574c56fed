import { Button, Dialog, keepAliveOnActivity } from '@segl/ui';
import { useEffect, useState } from 'react';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';
import type { LifePhase } from './session-life.ts';

const LOOK_MS = 1000;

/** Keeps the session alive while somebody reads, warns two minutes before its end, and says when it is over. */
export function SessionLifeDialog() {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const [phase, setPhase] = useState<LifePhase>('alive');
  const [dismissed, setDismissed] = useState(false);

  useEffect(() => {
    // An interval, and not a timer for the moment itself, because timers stand still while the device sleeps.
    const look = setInterval(() => setPhase(flow.life.phase()), LOOK_MS);
    const stopListening = keepAliveOnActivity(document, flow.keepAlive, Date.now);
    return () => {
      clearInterval(look);
      stopListening();
    };
  }, [flow]);

  useEffect(() => {
    if (phase === 'alive') setDismissed(false);
    if (phase === 'over') void flow.lookAgain();
  }, [phase, flow]);

  const forGood = phase === 'ending_for_good';
  const goOn = () => {
    setDismissed(true);
    if (!forGood) flow.keepAlive().catch(() => {});
  };
  return (
    <Dialog
      open={(forGood || phase === 'ending') && !dismissed}
      heading={say(forGood ? 'life.for_good_heading' : 'life.heading')}
      closeLabel={say('frame.close')}
      onClose={goOn}
      actions={<Button onClick={goOn}>{say(forGood ? 'life.understood' : 'life.continue')}</Button>}
    >
      <p>{say(forGood ? 'life.for_good_body' : 'life.body')}</p>
    </Dialog>
  );
}
