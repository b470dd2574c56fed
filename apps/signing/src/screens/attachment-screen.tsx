import { Button } from '@segl/ui';
import { useCallback, useState } from 'react';
import { attachmentErrorCode } from '../flow/error-codes.ts';
import type { Remark } from '../flow/screen.ts';
import type { Attachment } from '../server/contract.ts';
import { useSigning, useView } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';
import { Reader } from './reader.tsx';

const ASKS = {
  show_accept: 'attachment.asks_to_open',
  read_accept: 'attachment.asks_to_read',
  sign: 'attachment.asks_to_sign',
} as const;

/** A file beside the document, before it: to be seen, read to the end and confirmed, or signed along with it. */
export function AttachmentScreen({ attachment, remark }: { attachment: Attachment; remark?: Remark }) {
  const { say } = useSpeech();
  const { flow, host } = useSigning();
  const { attachments, account } = useView();
  const [seen, setSeen] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const [storing, setStoring] = useState(false);
  const onLastPageSeen = useCallback(() => setSeen(true), []);

  const mustRead = attachment.type === 'read_accept' && !attachment.accepted;
  const number = attachments.findIndex(({ id }) => id === attachment.id) + 1;
  const goOn = async () => {
    if (attachment.accepted) return flow.stepBack();
    setStoring(true);
    await flow.acceptAttachment(seen && confirmed);
    setStoring(false);
  };
  return (
    <Reader
      shown={attachment}
      url={host.attachmentUrl(attachment.id)}
      subtitle={say('attachment.position', { number, count: attachments.length })}
      asks={say(ASKS[attachment.type], { account: account.name })}
      effort={(pages) => (pages > 0 ? say('attachment.effort', { pages }) : say('attachment.effort_unknown'))}
      bar={say('attachment.bar')}
      startAt={null}
      onPlace={() => {}}
      onLastPageSeen={onLastPageSeen}
      remark={remark}
      back={{ label: say('overview.back'), onClick: () => history.back() }}
      problemCode={attachmentErrorCode}
      notice={({ page, pages, goToEnd }) =>
        mustRead &&
        (seen ? (
          <label className="confirmation">
            <input type="checkbox" checked={confirmed} onChange={(event) => setConfirmed(event.target.checked)} />
            {say('attachment.read')}
          </label>
        ) : (
          <div className="reader__actions">
            <p className="muted small">
              {pages > page ? say('attachment.pages_left', { count: pages - page }) : say('attachment.read_first')}
            </p>
            <Button variant="text" onClick={goToEnd}>
              {say('attachment.to_end')}
            </Button>
          </div>
        ))
      }
    >
      <Button busy={storing || (mustRead && !confirmed)} onClick={() => void goOn()}>
        {say('attachment.continue')}
      </Button>
    </Reader>
  );
}
