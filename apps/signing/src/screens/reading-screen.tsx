import { Button } from '@segl/ui';
import { useMemo } from 'react';
import type { Remark } from '../flow/screen.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';
import { Reader } from './reader.tsx';

/** Text, HTML and XML are shown as they come: what fails is the loading. */
const notLoaded = () => 'SA-1025';

/** The document to be signed. */
export function ReadingScreen({ remark }: { remark?: Remark }) {
  const { say } = useSpeech();
  const { flow, host, store } = useSigning();
  const { document: shown, account, attachments } = useView();
  const startAt = useMemo(() => {
    const place = store.place();
    return place && { page: place.page - 1, fraction: place.fraction };
  }, [store]);
  return (
    <Reader
      shown={shown}
      url={host.documentUrl}
      subtitle={account.name}
      asks={say('read.asks', { account: account.name })}
      effort={(pages) => (pages > 0 ? say('read.effort', { pages }) : say('read.effort_unknown'))}
      bar={say('read.bar')}
      startAt={startAt}
      onPlace={({ page, fraction }) => store.savePlace({ page: page + 1, fraction })}
      onLastPageSeen={flow.documentRead}
      remark={remark}
      back={attachments.length > 0 ? { label: say('overview.back'), onClick: () => history.back() } : undefined}
      problemCode={shown.format === 'pdf' ? undefined : notLoaded}
    >
      <Button onClick={() => void flow.continueToSign()}>{say('read.continue')}</Button>
    </Reader>
  );
}
