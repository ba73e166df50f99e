import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** What will appear here, and when. */
  readonly hint: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, hint, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-7 text-center">
      <Icon aria-hidden className="size-7 text-faint" />
      <p className="font-medium">{title}</p>
      <p className="max-w-md text-soft">{hint}</p>
      {action}
    </div>
  );
}
