import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

/** A choice as a card that is pressed as a whole. */
export function CardAction({
  media,
  title,
  description,
  onClick,
}: {
  media: ReactNode;
  title: string;
  description?: string;
  onClick: () => void;
}) {
  return (
    <button type="button" className="card-action" onClick={onClick}>
      {media}
      <span>
        <span className="card-action__title">{title}</span>
        {description && <span className="card-action__description">{description}</span>}
      </span>
      <span className="card-action__chevron">
        <Icon name="chevron-right" />
      </span>
    </button>
  );
}
