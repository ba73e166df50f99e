import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useApp } from '../state/app-context.ts';
import { ToneIcon } from './badge.tsx';
import { IconButton } from './button.tsx';

/** Messages about what has ended; each stays until it is dismissed. */
export function Toasts() {
  const { t } = useTranslation();
  const { toasts: store } = useApp();
  const toasts = useStore(store, (state) => state.toasts);
  const dismiss = useStore(store, (state) => state.dismiss);
  return (
    <section aria-label={t('messages')} aria-live="polite" className="fixed right-4 bottom-4 z-30 flex w-80 flex-col gap-2">
      {toasts.map((toast) => (
        <div key={toast.id} className="flex items-start gap-2.5 rounded-lg border border-line bg-surface p-3 shadow-lg">
          <ToneIcon tone={toast.tone} className="mt-0.5" />
          <p className="min-w-0 flex-1 break-words">{toast.text}</p>
          <IconButton label={t('do.dismiss')} icon={X} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </section>
  );
}
