import { clsx } from 'clsx';
import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';

type ButtonTone = 'primary' | 'plain' | 'quiet' | 'danger';

const TONES: Readonly<Record<ButtonTone, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'border border-edge bg-surface text-ink hover:bg-raised',
  quiet: 'text-accent hover:bg-raised',
  danger: 'border border-bad bg-surface text-bad hover:bg-bad-wash',
};

export interface ButtonProps extends ComponentProps<'button'> {
  readonly tone?: ButtonTone;
  readonly icon?: LucideIcon;
  readonly small?: boolean;
  /** An act is in progress, so it cannot be pressed again. */
  readonly busy?: boolean;
}

export function Button({ tone = 'plain', icon: Icon, small = false, busy = false, ...rest }: ButtonProps) {
  const { className, children, disabled, ...others } = rest;
  return (
    <button
      type="button"
      {...others}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium transition-colors',
        'disabled:cursor-default disabled:opacity-55',
        small ? 'h-7 px-2 text-[13px]' : 'h-9 px-3.5',
        TONES[tone],
        className,
      )}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : Icon && <Icon aria-hidden className="size-4" />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** Describes the action for screen readers and on hover. */
  readonly label: string;
  readonly icon: LucideIcon;
}

export function IconButton({ label, icon: Icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={clsx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-faint hover:bg-raised hover:text-ink',
        'disabled:cursor-default disabled:opacity-55',
        className,
      )}
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
