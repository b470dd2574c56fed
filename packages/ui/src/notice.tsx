import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icons.tsx';

/** A sentence about something that happened, on the screen where it happened. Problems are announced at once. */
export function Notice({
  tone = 'info',
  children,
  dismiss,
}: {
  tone?: 'info' | 'danger';
  children: ReactNode;
  dismiss?: { label: string; onClick: () => void };
}) {
  return (
    <div className={`notice notice--${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      <span className="notice__icon">
        <Icon name="alert" />
      </span>
      <div className="notice__text">{children}</div>
      {dismiss && <IconButton icon="close" label={dismiss.label} onClick={dismiss.onClick} />}
    </div>
  );
}
