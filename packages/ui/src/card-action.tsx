import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

/** A choice as a card that is pressed as a whole; `locked`: not yet, which its words tell too. */
export function CardAction({
  media,
  title,
  description,
  icon = 'chevron-right',
  locked = false,
  onClick,
}: {
  media: ReactNode;
  title: string;
  description?: string;
  icon?: IconName;
  locked?: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      className="card-action"
      aria-disabled={locked || undefined}
      onClick={locked ? undefined : onClick}
    >
      {media}
      <span>
        <span className="card-action__title">{title}</span>
        {description && <span className="card-action__description">{description}</span>}
      </span>
      <span className="card-action__chevron">
        <Icon name={icon} />
      </span>
    </button>
  );
}
