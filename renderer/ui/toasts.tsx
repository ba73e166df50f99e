import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useApp } from '../state/app-context.ts';
import { shownForMs, type Toast } from '../state/toasts.ts';
import { ToneIcon } from './badge.tsx';
import { IconButton } from './button.tsx';

/** Messages about finished acts. */
export function Toasts() {
  const { t } = useTranslation();
  const { toasts: store } = useApp();
  const toasts = useStore(store, (state) => state.toasts);
  return (
    // A strip of its own in the window, so that messages cover nothing.
    <section
      aria-label={t('messages')}
      aria-live="polite"
      className={clsx(
        // In a low window it scrolls, so that the screen keeps its space.
        'col-start-2 row-start-4 flex max-h-[40vh] flex-wrap justify-end gap-2 overflow-y-auto',
        toasts.length > 0 && 'border-t border-line px-5 py-2',
      )}
    >
      {toasts.map((toast) => (
        <Message key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

/** Disappears after a while, unless the reader is hovering over or focusing it. */
function Message({ toast }: { readonly toast: Toast }) {
  const { t } = useTranslation();
  const { toasts: store } = useApp();
  const dismiss = useStore(store, (state) => state.dismiss);
  const [isRead, setIsRead] = useState(false);
  const { id, tone, text } = toast;
  useEffect(() => {
    const ms = shownForMs({ tone });
    if (ms === null || isRead) return;
    const timer = setTimeout(() => dismiss(id), ms);
    return () => clearTimeout(timer);
  }, [id, tone, isRead, dismiss]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it is read, not operated; what is operated is the button.
    <div
      className="flex max-w-md min-w-[min(18rem,100%)] items-start gap-2.5 rounded-lg border border-line bg-surface px-3 py-2"
      onMouseEnter={() => setIsRead(true)}
      onMouseLeave={() => setIsRead(false)}
      onFocus={() => setIsRead(true)}
      onBlur={() => setIsRead(false)}
    >
      <ToneIcon tone={tone} className="mt-0.5" />
      <p className="min-w-0 flex-1 break-words">{text}</p>
      <IconButton label={t('do.dismiss')} icon={X} onClick={() => dismiss(id)} />
    </div>
  );
}
