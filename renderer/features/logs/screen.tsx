import { FileText, SearchX, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOG_LEVELS } from '../../../contract/logs.ts';
import { logs as texts } from '../../i18n/en/logs.ts';
import { withTexts } from '../../i18n/with-texts.tsx';
import { useHostClient, useNode } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ExportButton } from '../../ui/export-button.tsx';
import { Select } from '../../ui/field.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { Screen } from '../../ui/screen.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useUrlView } from '../../ui/use-url-view.ts';
import { LogLines } from './log-lines.tsx';
import { type LogView, readLogView, writeLogView } from './log-list.ts';
import { useLog } from './use-log.ts';

const LOG_VIEW = { read: readLogView, write: writeLogView };

export const LogsScreen = withTexts('logs', texts, LogsPage);

function LogsPage() {
  const { t } = useTranslation('logs');
  const [view, setView] = useUrlView(LOG_VIEW);
  const log = useLog(view);
  const [follow, setFollow] = useState(true);
  const change = (part: Partial<LogView>) => {
    setFollow(true);
    setView({ ...view, ...part });
  };
  const narrows = view.text !== '' || view.task !== null || view.level === 'warn' || view.level === 'error';
  const { list } = log;
  return (
    <Screen fill title={t('title')} actions={<BundleButton />}>
      <LogControls view={view} onChange={change} follow={follow} onFollow={setFollow} />
      {log.error && <ErrorNote error={log.error} />}
      {list.loaded && list.lines.length === 0 ? (
        <EmptyState
          icon={narrows ? SearchX : FileText}
          title={t(narrows ? 'noneFits' : 'empty')}
          hint={t(narrows ? 'noneFitsHint' : 'emptyHint')}
        />
      ) : (
        list.loaded && <LogLines key={writeLogView(view).toString()} log={log} follow={follow} onFollow={setFollow} />
      )}
    </Screen>
  );
}

interface LogControlsProps {
  readonly view: LogView;
  readonly onChange: (part: Partial<LogView>) => void;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
}

function LogControls({ view, onChange, follow, onFollow }: LogControlsProps) {
  const { t } = useTranslation('logs');
  return (
    <search className="flex flex-wrap items-center gap-3">
      <SearchField
        label={t('search')}
        hint={t('searchHint')}
        width="w-64"
        value={view.text}
        onChange={(text) => onChange({ text })}
      />
      <Select
        aria-label={t('level')}
        className="w-auto!"
        value={view.level}
        options={LOG_LEVELS.map((value) => ({ value, label: t(`atLeast.${value}`) }))}
        onChange={(level) => onChange({ level })}
      />
      {view.task !== null && (
        <Button small icon={X} aria-label={t('allTasks')} title={t('allTasks')} onClick={() => onChange({ task: null })}>
          {t('onlyTask')} <code className="font-mono text-xs">{shortHash(view.task)}</code>
        </Button>
      )}
      <span className="ml-auto flex items-center gap-2 text-soft" title={t('followHint')}>
        {t('follow')}
        <Switch checked={follow} onChange={onFollow} aria-label={t('follow')} />
      </span>
    </search>
  );
}

function BundleButton() {
  const { t } = useTranslation('logs');
  const { id } = useNode().profile.profile;
  const host = useHostClient();
  return (
    <ExportButton
      label={t('bundle')}
      hint={t('bundleHint')}
      create={(signal) => host().logs.bundle({ id }, { signal })}
      savedText={(name) => t('saved', { name })}
    />
  );
}
