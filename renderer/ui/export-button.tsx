import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCancellableAct } from '../rpc/hooks.ts';
import { useApp } from '../state/app-context.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { saveFile } from './save-file.ts';
import { Working } from './working.tsx';

/** Anything faster than this needs no message. */
const SHOW_PROGRESS_AFTER_MS = 700;

export interface ExportButtonProps {
  readonly label: string;
  readonly hint: string;
  /** Creates the zip file; stops when the signal is aborted. */
  readonly create: (signal: AbortSignal) => Promise<{ readonly fileName: string; readonly base64: string }>;
  readonly savedText: (fileName: string) => string;
}

/** Creates a bundle and saves it. If it takes long, this is shown and can be cancelled; leaving the page cancels it too. */
export function ExportButton({ label, hint, create, savedText }: ExportButtonProps) {
  const { t } = useTranslation();
  const { toasts } = useApp();
  const act = useCancellableAct(async (signal) => {
    const { fileName, base64 } = await create(signal);
    signal.throwIfAborted();
    saveFile({ fileName, base64, mime: 'application/zip' });
    toasts.getState().push({ tone: 'good', text: savedText(fileName) });
  });
  const { busy, cancel } = act;
  useEffect(() => cancel, [cancel]);
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setIsSlow(true), SHOW_PROGRESS_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setIsSlow(false);
    };
  }, [busy]);
  return (
    <div className="flex flex-col items-end gap-1">
      {busy && isSlow ? (
        <div className="w-64">
          <Working label={t('do.exporting')} onCancel={cancel} />
        </div>
      ) : (
        <Button icon={Download} busy={busy} title={hint} onClick={() => void act.run()}>
          {label}
        </Button>
      )}
      {act.error && <ErrorNote error={act.error} />}
    </div>
  );
}
