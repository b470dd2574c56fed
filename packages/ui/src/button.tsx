import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'text' | 'danger' | 'quiet-danger';

type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> & {
  variant?: ButtonVariant;
  icon?: IconName;
  /** The press has been taken and its work is under way: further presses are ignored, the focus stays. */
  busy?: boolean;
  children: ReactNode;
};

/** A verb. `busy` uses `aria-disabled` and not `disabled`, because a disabled button loses the keyboard focus. */
export function Button({ variant = 'primary', icon, busy = false, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button--${variant}`}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** Looks like a button and is a link: it leaves the page. */
export function LinkButton({
  variant = 'primary',
  icon,
  children,
  ...rest
}: ComponentProps<'a'> & { variant?: ButtonVariant; icon?: IconName }) {
  return (
    <a {...rest} className={`button button--${variant}`}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

/** A 44 px square with an icon only; `label` is its accessible name and its tooltip. */
export function IconButton({
  icon,
  label,
  unavailable = false,
  onClick,
  ...rest
}: Omit<ComponentProps<'button'>, 'disabled' | 'children'> & { icon: IconName; label: string; unavailable?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={unavailable || undefined}
      onClick={unavailable ? undefined : onClick}
    >
      <Icon name={icon} size={22} />
    </button>
  );
}
