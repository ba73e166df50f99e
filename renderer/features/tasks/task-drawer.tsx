import { FileText, Scale } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStore } from 'zustand';
import type { TaskDetail } from '../../../contract/tasks.ts';
import { isTerminal } from '../../../protocol/tasks/status.ts';
import { nodePath } from '../../app/screens.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { useNode } from '../../state/app-context.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CopyButton, shortHash } from '../../ui/hash.tsx';
import { StateGraphView } from './state-graph-view.tsx';
import { StateBadge } from './task-columns.tsx';
import { prettyJson, RawText, TaskExecutions, TaskFacts } from './task-facts.tsx';
import { TaskFailure } from './task-failure.tsx';
import { taskPath } from './task-path.ts';
import { TaskResult } from './task-result.tsx';
import { TaskSettlement } from './task-settlement.tsx';
import { TaskSteps } from './task-steps.tsx';

export interface TaskDrawerProps {
  /** Null = closed. */
  readonly commitment: string | null;
  readonly onClose: () => void;
}

export function TaskDrawer({ commitment, onClose }: TaskDrawerProps) {
  const { t } = useTranslation('tasks');
  return (
    <Dialog
      drawer
      open={commitment !== null}
      onClose={onClose}
      title={
        <>
          {t('drawer.title')} <code className="font-mono text-[0.92em]">{shortHash(commitment ?? '', 6)}</code>
        </>
      }
    >
      {commitment !== null && <LoadedTask key={commitment} commitment={commitment} />}
    </Dialog>
  );
}

function LoadedTask({ commitment }: { readonly commitment: string }) {
  const { t } = useTranslation('tasks');
  const { session } = useNode();
  const read = useNodeRead(`task ${commitment}`, (node, signal) =>
    node.tasks.detail({ commitment: commitment as `0x${string}` }, { signal }),
  );
  const updated = useStore(session.tasks, ({ rows }) => rows.get(commitment));
  const { reload } = read;
  // The row that was there when the drawer opened is read with the rest; each later one is an update.
  useEffect(
    () => session.tasks.subscribe((now, was) => now.rows.get(commitment) !== was.rows.get(commitment) && reload()),
    [session, commitment, reload],
  );
  if (read.error !== null) return <ErrorNote error={read.error} />;
  if (read.value === null) return <p className="text-faint">{t('drawer.loading')}</p>;
  const newer = updated !== undefined && updated.transitions.length >= read.value.task.transitions.length;
  return <TaskContent detail={newer ? { ...read.value, task: updated } : read.value} />;
}

function TaskContent({ detail }: { readonly detail: TaskDetail }) {
  const { t } = useTranslation(['tasks', 'common']);
  const { profile } = useNode();
  const { task } = detail;
  const path = taskPath(task);
  const { id } = profile.profile;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <StateBadge row={task} />
        <span className="inline-flex items-center text-[13px] text-soft">
          {t('drawer.copyJson')}
          <CopyButton text={JSON.stringify(detail, null, 2)} what="JSON" />
        </span>
        <Link
          to={nodePath(id, 'logs', `task=${task.commitment}`)}
          className="inline-flex items-center gap-1.5 text-accent hover:underline"
        >
          <FileText aria-hidden className="size-4" />
          {t('drawer.showLog')}
        </Link>
        {detail.caseId !== null && (
          <Link
            to={`${nodePath(id, 'trust')}/${detail.caseId}`}
            title={t('drawer.caseHint')}
            className="inline-flex items-center gap-1.5 text-accent hover:underline"
          >
            <Scale aria-hidden className="size-4" />
            {t('drawer.openCase')}
          </Link>
        )}
      </div>
      {detail.failure !== null && (
        <DrawerSection title={t('drawer.failure')}>
          <TaskFailure failure={detail.failure} />
        </DrawerSection>
      )}
      <DrawerSection title={t('drawer.result')}>
        <TaskResult detail={detail} />
      </DrawerSection>
      <DrawerSection title={t('drawer.path')}>
        <p className="text-[13px] text-faint">{t('drawer.pathHint')}</p>
        <StateGraphView path={path} status={task.status} />
        <TaskSteps path={path} />
      </DrawerSection>
      <DrawerSection title={t('drawer.facts')}>
        <TaskFacts detail={detail} />
      </DrawerSection>
      <DrawerSection title={t('drawer.settlement')}>
        <TaskSettlement detail={detail} />
      </DrawerSection>
      <DrawerSection title={t('drawer.executions')}>
        <TaskExecutions executions={detail.executions} />
      </DrawerSection>
      <DrawerSection title={t('drawer.args')}>
        {detail.taskArgs === null ? (
          <p className="text-faint">{t(isTerminal(task.status) ? 'drawer.argsGone' : 'drawer.argsNone')}</p>
        ) : (
          <RawText text={prettyJson(detail.taskArgs)} />
        )}
      </DrawerSection>
    </div>
  );
}

function DrawerSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}
