import { clsx } from 'clsx';
import { Hourglass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStore } from 'zustand';
import type { TaskRow } from '../../../contract/tasks.ts';
import type { NodeTruth } from '../../../contract/truth/node-truth.ts';
import { nodePath } from '../../app/screens.ts';
import { useNode } from '../../state/app-context.ts';
import { openTasks } from '../../state/tasks.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { durationText } from '../../ui/duration.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { exactTime, Time, useNow } from '../../ui/time.tsx';

/** The progress of the current task. */
export function CurrentTaskCard({ truth, onWhy }: { readonly truth: Pick<NodeTruth, 'task'>; readonly onWhy: () => void }) {
  const { t } = useTranslation(['overview', 'common']);
  const { profile, session } = useNode();
  const open = openTasks(useStore(session.tasks));
  const task = open.find(({ commitment }) => commitment === truth.task) ?? open[0];
  if (task === undefined) {
    return (
      <Card title={t('task.title')}>
        <EmptyState
          icon={Hourglass}
          title={t('task.none')}
          hint={t('task.noneHint')}
          action={
            <Button small onClick={onWhy}>
              {t('why')}
            </Button>
          }
        />
      </Card>
    );
  }
  const path = nodePath(profile.profile.id, 'tasks', `task=${task.commitment}`);
  return (
    <Card
      title={t('task.title')}
      aside={
        <Link to={path} className="text-accent hover:underline">
          {t('task.open')}
        </Link>
      }
    >
      <div className="flex flex-col gap-4">
        <Facts>
          <Fact name={t('task.type')}>
            {t(`common:taskType.${task.type}`)} · <Hash value={task.commitment} what={t('task.title')} />
          </Fact>
          <Fact name={t('task.model')}>{task.modelIds.join(', ')}</Fact>
          <Fact name={t('task.fee')}>
            <Money wei={task.feeWei} />
          </Fact>
          <Fact name={t('task.deadline')}>
            <Time atMs={task.deadlineMs} />
          </Fact>
        </Facts>
        <TaskStates task={task} />
      </div>
    </Card>
  );
}

/** Its states so far, each with its time and duration. */
function TaskStates({ task }: { readonly task: TaskRow }) {
  const { t, i18n } = useTranslation(['overview', 'common']);
  const now = useNow();
  const steps = task.transitions.toSorted((a, b) => a.atMs - b.atMs);
  return (
    <ol aria-label={t('task.path')} className="flex flex-col">
      {steps.map((step, index) => {
        const next = steps[index + 1];
        const last = next === undefined;
        return (
          <li
            key={`${step.status} ${step.atMs}`}
            className="grid grid-cols-[1rem_1fr_auto] items-baseline gap-x-2.5 pb-2 last:pb-0"
          >
            <span aria-hidden className={clsx('size-2 self-center rounded-full', last ? 'bg-accent' : 'bg-edge')} />
            <span className={clsx(last && 'font-medium')}>
              {t(`common:taskStatus.${step.status}`)}
              {last && <span className="text-faint"> · {t('task.now')}</span>}
            </span>
            <span className="text-[13px] text-faint tabular-nums" title={exactTime(step.atMs, i18n.language)}>
              {durationText(Math.max(0, (next?.atMs ?? now) - step.atMs), i18n.language)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
