import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

export interface ScreenProps {
  readonly title: string;
  /** At the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content fills the height and scrolls inside itself (tables, logs). */
  readonly fill?: boolean;
}

/** The content of one screen below its title. */
export function Screen({ title, actions, children, fill = false }: ScreenProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('appName')}`;
  }, [title, t]);
  return (
    <div className={fill ? 'flex h-full min-h-0 flex-col gap-4 p-5' : 'mx-auto flex max-w-6xl flex-col gap-4 p-5'}>
      <header className="flex min-h-9 flex-wrap items-center justify-between gap-3">
        <h1 className="text-xl font-semibold">{title}</h1>
        {actions}
      </header>
      {children}
    </div>
  );
}
