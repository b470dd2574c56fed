import { Button, Dialog } from '@segl/ui';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';

/** Nobody leaves without having been asked. */
export function CancelDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { say } = useSpeech();
  const { flow } = useSigning();
  const cancel = () => {
    onClose();
    void flow.cancelSigning();
  };
  return (
    <Dialog
      open={open}
      heading={say('cancel.heading')}
      closeLabel={say('frame.close')}
      onClose={onClose}
      actions={
        <>
          <Button variant="secondary" onClick={onClose}>
            {say('cancel.keep')}
          </Button>
          <Button variant="danger" onClick={cancel}>
            {say('cancel.confirm')}
          </Button>
        </>
      }
    >
      <p>{say('cancel.body')}</p>
    </Dialog>
  );
}
