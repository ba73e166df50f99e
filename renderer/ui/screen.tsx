import { clsx } from 'clsx';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

export interface ScreenProps {
  readonly title: string;
  /** To the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content uses the full width of a wide window. */
  readonly wide?: boolean;
  /** The content fills the height and scrolls inside itself (tables, logs). */
  readonly fill?: boolean;
}

/** A screen's title and, below it, its content. */
export function Screen({ title, actions, children, wide = false, fill = false }: ScreenProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('appName')}`;
  }, [title, t]);
  return (
    <div
      className={
        fill
          ? 'flex h-full min-h-0 flex-col gap-4 p-5'
          : clsx('mx-auto flex flex-col gap-4 p-5', wide ? 'max-w-[110rem]' : 'max-w-6xl')
      }
    >
      <header className="flex min-h-9 flex-wrap items-center justify-between gap-3">
        <h1 className="text-xl font-semibold">{title}</h1>
        {actions}
      </header>
      {children}
    </div>
  );
}
