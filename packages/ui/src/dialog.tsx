import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';

/**
 * A modal dialog on the platform's own element, which keeps the focus inside, closes on Escape and gives the focus back.
 * On narrow screens it is a sheet at the lower edge.
 */
export function Dialog({
  open,
  heading,
  closeLabel,
  onClose,
  children,
  actions,
}: {
  open: boolean;
  heading: string;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const headingId = useId();

  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    const closeOnBackdrop = (event: MouseEvent) => {
      if (event.target === dialog) onClose();
    };
    dialog.addEventListener('click', closeOnBackdrop);
    return () => dialog.removeEventListener('click', closeOnBackdrop);
  }, [onClose]);

  return (
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={headingId}
      onCancel={(event) => {
        // Closed by `open`, so that what is shown and what is known never part.
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // Told later: by then it may be open again.
        if (!element.current?.open) onClose();
      }}
    >
      <div className="dialog__header">
        <h2 id={headingId}>{heading}</h2>
        <IconButton icon="close" label={closeLabel} onClick={onClose} />
      </div>
      <div className="dialog__body">
        {children}
        {actions && <div className="dialog__actions">{actions}</div>}
      </div>
    </dialog>
  );
}
