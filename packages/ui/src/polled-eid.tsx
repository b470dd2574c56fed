import { useEffect, useState } from 'react';
import { Button, LinkButton } from './button.tsx';
import { Notice } from './notice.tsx';
import { Spinner } from './progress.tsx';
import { QrCode } from './qr-code.tsx';

/** What an eID in an app of its own waits for, as the server tells it. */
export interface ShownWaiting {
  qrData?: string;
  startUrls?: { phone: string; computer: string };
  message: string;
  pollAfterMs: number;
}

export interface PolledEidWords {
  scan: string;
  code: string;
  open: string;
  otherDevice: string;
  unreachable: string;
}

const RETRY_MS = 2000;

/**
 * The step with an eID in an app of its own: a code for another device, or a button for this one, and what to do next in words
 * that are read out when they change. `ask` is called again and again until it answers null; it must stay the same function
 * as long as it asks for the same.
 */
export function PolledEid({
  ask,
  words,
}: {
  ask: () => Promise<ShownWaiting | 'unreachable' | null>;
  words: PolledEidWords;
}) {
  const { waiting, unreachable } = useAnswers(ask);
  // The app of the eID is where the fingers are: people on a phone rarely have another one at hand.
  const [onPhone] = useState(() => matchMedia('(pointer: coarse)').matches);
  const [showsCode, setShowsCode] = useState(!onPhone);
  const { qrData, startUrls } = waiting ?? {};
  return (
    <div className="polled-eid">
      {qrData !== undefined && showsCode && (
        <>
          <p>{words.scan}</p>
          <QrCode content={qrData} label={words.code} />
        </>
      )}
      {qrData === undefined && startUrls === undefined && <Spinner />}
      <p className="polled-eid__message" role="status">
        {waiting?.message}
      </p>
      {unreachable && <Notice tone="danger">{words.unreachable}</Notice>}
      {startUrls && (
        <LinkButton
          variant={showsCode ? 'secondary' : 'primary'}
          href={onPhone ? startUrls.phone : startUrls.computer}
          target="_blank"
          rel="noopener"
          referrerPolicy="origin"
        >
          {words.open}
        </LinkButton>
      )}
      {qrData !== undefined && !showsCode && (
        <Button variant="secondary" onClick={() => setShowsCode(true)}>
          {words.otherDevice}
        </Button>
      )}
    </div>
  );
}

function useAnswers(ask: () => Promise<ShownWaiting | 'unreachable' | null>) {
  const [waiting, setWaiting] = useState<ShownWaiting | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  useEffect(() => {
    let wanted = true;
    let timer: ReturnType<typeof setTimeout>;
    async function next(): Promise<void> {
      const answer = await ask();
      if (!wanted || answer === null) return;
      setUnreachable(answer === 'unreachable');
      if (answer !== 'unreachable') setWaiting(answer);
      timer = setTimeout(() => void next(), answer === 'unreachable' ? RETRY_MS : answer.pollAfterMs);
    }
    void next();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [ask]);
  return { waiting, unreachable };
}
