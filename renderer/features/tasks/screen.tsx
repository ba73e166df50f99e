import { ListChecks, SearchX } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useAlive } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NodeOrRecords } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { useUrlView } from '../../ui/use-url-view.ts';
import { WhyNoTasks } from '../trust/why-no-tasks.tsx';
import { TaskDrawer } from './task-drawer.tsx';
import { ALL_TASKS, isUnfiltered, readTaskView, type TaskView, taskFilter, writeTaskView } from './task-filter.ts';
import { TaskFilters } from './task-filters.tsx';
import { TaskTable } from './task-table.tsx';
import { useTaskList } from './use-task-list.ts';

const TASK_VIEW = { read: readTaskView, write: writeTaskView };

export function TasksScreen() {
  const { t } = useTranslation('tasks');
  return (
    <Screen fill title={t('title')}>
      <NodeOrRecords>
        <Tasks />
      </NodeOrRecords>
    </Screen>
  );
}

function Tasks() {
  const { t, i18n } = useTranslation(['tasks', 'common']);
  const [params, setParams] = useSearchParams();
  const [view, change] = useUrlView(TASK_VIEW);
  // Periods count back from the time of selection, so that rows do not slide out of view while one reads.
  const filter = useMemo(() => taskFilter(view, Date.now()), [view]);
  const tasks = useTaskList(filter);
  const { total, waiting } = tasks.list;
  const { reader } = tasks;
  useEffect(() => {
    if (total === 0 && waiting.length > 0) reader.showWaiting();
  }, [total, waiting.length, reader]);
  const open = (commitment: string | null) =>
    setParams(
      (was) => {
        const next = new URLSearchParams(was);
        if (commitment === null) next.delete('task');
        else next.set('task', commitment);
        return next;
      },
      { replace: true },
    );
  const shown = total === null ? '' : new Intl.NumberFormat(i18n.language).format(total);
  return (
    <>
      <TaskFilters view={view} onChange={change}>
        <p role="status" className="ml-auto text-soft tabular-nums">
          {total === null ? t('reading') : t('total', { count: total, shown })}
        </p>
      </TaskFilters>
      {tasks.error && (
        <ErrorNote
          error={tasks.error}
          action={
            <Button small onClick={() => reader.retry()}>
              {t('common:do.retry')}
            </Button>
          }
        />
      )}
      {(total === null || (total === 0 && tasks.isStale)) && (
        <div aria-hidden className="min-h-0 flex-1 rounded-lg border border-line bg-surface" />
      )}
      {total === 0 && !tasks.isStale && <Empty view={view} onClear={() => change(ALL_TASKS)} />}
      {total !== null && total > 0 && <TaskTable tasks={tasks} onOpen={(row) => open(row.commitment)} />}
      <TaskDrawer commitment={params.get('task')} onClose={() => open(null)} />
    </>
  );
}

function Empty({ view, onClear }: { readonly view: TaskView; readonly onClear: () => void }) {
  const { t } = useTranslation('tasks');
  const [why, setWhy] = useState(false);
  const alive = useAlive();
  if (!isUnfiltered(view)) {
    const clear = <Button onClick={onClear}>{t('clear')}</Button>;
    return <EmptyState icon={SearchX} title={t('noneFits')} hint={t('noneFitsHint')} action={clear} />;
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <EmptyState
        icon={ListChecks}
        title={t('empty')}
        hint={t('emptyHint')}
        action={alive && !why && <Button onClick={() => setWhy(true)}>{t('whyNone')}</Button>}
      />
      {alive && why && <WhyNoTasks />}
    </div>
  );
}
