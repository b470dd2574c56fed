import { Button, Dialog } from '@segl/ui';
import { useSpeech } from '../texts/use-speech.tsx';

/** Where a link of the document leads, before it does. */
export function LinkDialog({ url, onClose }: { url: string | null; onClose: () => void }) {
  const { say } = useSpeech();
  const open = () => {
    if (url) window.open(url, '_blank', 'noopener,noreferrer');
    onClose();
  };
  return (
    <Dialog
      open={url !== null}
      heading={say('link.heading')}
      closeLabel={say('frame.close')}
      onClose={onClose}
      actions={
        <>
          <Button variant="secondary" onClick={onClose}>
            {say('link.stay')}
          </Button>
          <Button onClick={open}>{say('link.open')}</Button>
        </>
      }
    >
      <p>{say('link.body')}</p>
      <p className="address">{url}</p>
    </Dialog>
  );
}

/** The part of an address that says where it leads. */
export function placeOf(url: string): string {
  return /^https?:/i.test(url) ? new URL(url).host : url.replace(/^\w+:/, '');
}
