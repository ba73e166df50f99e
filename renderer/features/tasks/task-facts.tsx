import { useTranslation } from 'react-i18next';
import type { TaskDetail } from '../../../contract/tasks.ts';
import { missedAtMs } from '../../../protocol/tasks/missed-deadline.ts';
import { ABORT_REASON } from '../../../protocol/tasks/status.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Fact, Facts } from '../../ui/card.tsx';
import { durationText } from '../../ui/duration.ts';
import { Hash } from '../../ui/hash.tsx';
import { exactTime, Time, useNow } from '../../ui/time.tsx';
import { taskDuration } from './task-display.ts';

export function TaskFacts({ detail }: { readonly detail: TaskDetail }) {
  const { t, i18n } = useTranslation(['tasks', 'common']);
  const { task } = detail;
  const duration = taskDuration(task, useNow());
  const time = (atMs: number | null) => (atMs === null ? t('common:none') : exactTime(atMs, i18n.language));
  return (
    <Facts>
      <Fact name={t('drawer.type')}>{t(`common:taskType.${task.type}`)}</Fact>
      <Fact name={t('drawer.models')}>
        {task.modelIds.map((id) => (
          <code key={id} className="block font-mono text-[0.92em] break-all">
            {id}
          </code>
        ))}
      </Fact>
      <Fact name={t('drawer.local')}>{t(`local.${task.local}`)}</Fact>
      <Fact name={t('drawer.seen')}>
        <Time atMs={task.seenMs} />
      </Fact>
      <Fact name={t('drawer.started')}>{time(task.startTimeMs)}</Fact>
      <Fact name={t('drawer.deadline')}>{time(task.deadlineMs)}</Fact>
      {duration !== null && <Fact name={t('drawer.duration')}>{durationText(duration, i18n.language)}</Fact>}
      {detail.timeoutSeconds !== null && (
        <Fact name={t('drawer.timeout')}>{durationText(detail.timeoutSeconds * 1_000, i18n.language)}</Fact>
      )}
      {detail.minVramGib !== null && (
        <Fact name={t('drawer.vram')}>{detail.minVramGib === 0 ? t('drawer.vramAny') : `${detail.minVramGib} GiB`}</Fact>
      )}
      {detail.taskId !== null && (
        <Fact name={t('drawer.taskId')}>
          <Hash value={detail.taskId} what={t('drawer.taskId')} />
        </Fact>
      )}
      {task.abortReason !== 'None' && task.abortReason !== '' && (
        <Fact name={t('drawer.reason')}>
          <AbortReason code={task.abortReason} />
          <MissedDeadline task={task} />
        </Fact>
      )}
      <Fact name={t('drawer.score')}>
        {task.score === null ? (
          <span className="text-faint">{t('drawer.scoreNone')}</span>
        ) : (
          <Hash value={task.score} what={t('drawer.score')} />
        )}
      </Fact>
    </Facts>
  );
}

/** Which deadline passed, who was late, and when: the reason alone does not tell a host what to do. */
function MissedDeadline({ task }: { readonly task: TaskDetail['task'] }) {
  const { t, i18n } = useTranslation('tasks');
  if (task.missedDeadline === null) return null;
  const dueMs = missedAtMs(task.missedDeadline, task);
  return (
    <span className="block text-[13px] text-soft">
      {t(`late.${task.missedDeadline}.long`)}
      {dueMs !== null && ` ${t('late.due', { when: exactTime(dueMs, i18n.language) })}`}
    </span>
  );
}

function isKnownReason(code: string): code is keyof typeof ABORT_REASON {
  return code in ABORT_REASON;
}

/** The reason that the network gave; one that this program does not know is shown as it is. */
export function AbortReason({ code }: { readonly code: string }) {
  const { t } = useTranslation('tasks');
  return isKnownReason(code) ? t(`abortReason.${code}`) : <code className="font-mono">{code}</code>;
}

const OUTCOME_TONES: Readonly<Record<'scored' | 'invalid' | 'failed' | 'cancelled' | 'running', Tone>> = {
  scored: 'good',
  invalid: 'warn',
  failed: 'bad',
  cancelled: 'warn',
  running: 'info',
};

export function OutcomeBadge({ outcome }: { readonly outcome: TaskDetail['executions'][number]['outcome'] }) {
  const { t } = useTranslation('tasks');
  const word = outcome ?? 'running';
  return <Badge tone={OUTCOME_TONES[word]}>{t(`outcome.${word}`)}</Badge>;
}

export function TaskExecutions({ executions }: { readonly executions: TaskDetail['executions'] }) {
  const { t, i18n } = useTranslation('tasks');
  if (executions.length === 0) return <p className="text-faint">{t('drawer.executionsNone')}</p>;
  return executions.map((run) => (
    <div key={run.attempt} className="flex flex-col gap-1">
      <p className="flex flex-wrap items-center gap-2">
        {t('drawer.attempt', { attempt: run.attempt })}
        <OutcomeBadge outcome={run.outcome} />
        <span className="text-[13px] text-faint tabular-nums">
          {exactTime(run.startedMs, i18n.language)}
          {run.endedMs !== null && ` · ${durationText(run.endedMs - run.startedMs, i18n.language)}`}
        </span>
      </p>
      {run.detail !== '' && <RawText text={run.detail} />}
    </div>
  ));
}

/** Text from a program, unchanged. */
export function RawText({ text }: { readonly text: string }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      className="max-h-72 overflow-auto rounded-md bg-raised p-3 font-mono text-xs break-words whitespace-pre-wrap"
    >
      {text}
    </pre>
  );
}

/** Formats JSON with line breaks and indentation; any other text stays as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
