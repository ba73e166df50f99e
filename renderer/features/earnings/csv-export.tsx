import { Download, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useNode, useNodeClient } from '../../state/app-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { saveText } from '../../ui/save-file.ts';

/** The whole ledger as one file, assembled from its chunks. */
export function CsvExport() {
  const { t } = useTranslation('earnings');
  const { toasts } = useApp();
  const { profile } = useNode();
  const node = useNodeClient();
  const [lines, setLines] = useState(0);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const act = useAct(async () => {
    const abort = new AbortController();
    stop.current = abort;
    setLines(0);
    const parts: string[] = [];
    let after: number | null = null;
    do {
      const chunk: { text: string; next: number | null } = await node().money.exportCsv({ after });
      if (abort.signal.aborted) return;
      parts.push(chunk.text);
      setLines((was) => was + chunk.text.split('\n').length - 1);
      after = chunk.next;
    } while (after !== null);
    const fileName = `crynux-${profile.profile.id}-${new Date().toISOString().slice(0, 10)}.csv`;
    saveText({ fileName, parts, mime: 'text/csv' });
    toasts.getState().push({ tone: 'good', text: t('csv.done', { fileName }) });
  });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {act.busy && (
        <span role="status" className="text-[13px] text-faint tabular-nums">
          {t('csv.lines', { count: lines })}
        </span>
      )}
      <Button icon={Download} busy={act.busy} onClick={() => void act.run()}>
        {t(act.busy ? 'csv.busy' : 'csv.export')}
      </Button>
      {act.busy && <IconButton label={t('csv.cancel')} icon={X} onClick={() => stop.current?.abort()} />}
      {act.error && <ErrorNote error={act.error} />}
    </div>
  );
}
