import { clsx } from 'clsx';
import { CircleAlert, CircleCheck, CircleHelp, CircleX, Info, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';

const TONE_STYLES: Readonly<Record<Tone, { readonly classes: string; readonly text: string; readonly icon: LucideIcon }>> = {
  neutral: { classes: 'bg-raised text-soft', text: 'text-soft', icon: CircleHelp },
  info: { classes: 'bg-accent-wash text-accent', text: 'text-accent', icon: Info },
  good: { classes: 'bg-good-wash text-good', text: 'text-good', icon: CircleCheck },
  warn: { classes: 'bg-warn-wash text-warn', text: 'text-warn', icon: CircleAlert },
  bad: { classes: 'bg-bad-wash text-bad', text: 'text-bad', icon: CircleX },
};

export interface BadgeProps {
  readonly tone: Tone;
  /** The word, because colour never stands alone. */
  readonly children: ReactNode;
  readonly icon?: LucideIcon;
}

export function Badge({ tone, children, icon }: BadgeProps) {
  const look = TONE_STYLES[tone];
  const Icon = icon ?? look.icon;
  return (
    <span className={clsx('inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium', look.classes)}>
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {children}
    </span>
  );
}

/** Only the icon of a tone; the word is next to it. */
export function ToneIcon({
  tone,
  icon,
  className,
}: {
  readonly tone: Tone;
  readonly icon?: LucideIcon;
  readonly className?: string;
}) {
  const look = TONE_STYLES[tone];
  const Icon = icon ?? look.icon;
  return <Icon aria-hidden className={clsx('size-4 shrink-0', look.text, className)} />;
}
