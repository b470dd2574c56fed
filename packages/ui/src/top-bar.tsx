import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icons.tsx';

/** The bar in the account's colour: where one is, one way back, and what is always at hand. Belongs in a `header`. */
export function TopBar({
  title,
  subtitle,
  back,
  logo,
  children,
}: {
  title?: string;
  subtitle?: string;
  back?: { label: string; onClick: () => void };
  /** Of the account, at most 400 × 160 pixels. */
  logo?: { src: string; alt: string } | undefined;
  children?: ReactNode;
}) {
  return (
    <div className={back ? 'top-bar top-bar--with-back' : 'top-bar'}>
      {back && <IconButton icon="arrow-left" label={back.label} onClick={back.onClick} />}
      {logo && <img className="top-bar__logo" src={logo.src} alt={logo.alt} />}
      <div className="top-bar__titles">
        {title && <span className="top-bar__title">{title}</span>}
        {subtitle && <span className="top-bar__subtitle">{subtitle}</span>}
      </div>
      <div className="top-bar__actions">{children}</div>
    </div>
  );
}

export function MenuButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="icon-button top-bar__menu" aria-haspopup="dialog" onClick={onClick}>
      <Icon name="menu" size={22} />
      {label}
    </button>
  );
}

/** Says, on every screen and without scrolling away, that nothing here has legal effect. Belongs in a `header`. */
export function EnvironmentStrip({ name, text }: { name: string; text: string }) {
  return (
    <div className="environment-strip">
      <strong>{name}</strong> <span>{text}</span>
    </div>
  );
}
