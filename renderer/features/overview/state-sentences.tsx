/** The sentences of the state card, all derived from the one model of a node's state. */
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { NodeTruth } from '../../../contract/truth/node-truth.ts';
import { useNode } from '../../state/app-context.ts';
import { openTasks } from '../../state/tasks.ts';
import { durationText } from '../../ui/duration.ts';
import { Hash } from '../../ui/hash.tsx';
import { moneyText } from '../../ui/money.tsx';
import { relativeTime, useNow } from '../../ui/time.tsx';

/** What the node is, and what ends or comes next. */
export function StateSentence({ truth: { life, lastLife, task, relay, oldSinceMs } }: { readonly truth: NodeTruth }) {
  const { t, i18n } = useTranslation(['overview', 'common']);
  const { profile, session } = useNode();
  const tasks = useStore(session.tasks);
  const now = useNow();
  const { worker } = profile;
  const row = openTasks(tasks).find(({ commitment }) => commitment === task);
  const deadlineMs = life === 'executing' ? (row?.deadlineMs ?? null) : null;
  const ago = (atMs: number) => relativeTime(Math.min(now, atMs), now, i18n.language);
  return (
    <p role="status" className="flex flex-wrap items-center gap-x-1.5 text-base">
      <span>{t(`sentence.${life}`)}</span>
      {life === 'executing' && task !== null && <Hash value={task} what={t('common:screens.tasks')} copy={false} />}
      {deadlineMs !== null && (
        <span className="tabular-nums">
          ·{' '}
          {deadlineMs > now
            ? t('sentence.left', { left: durationText(Math.ceil((deadlineMs - now) / 1_000) * 1_000, i18n.language) })
            : t('sentence.overdue')}
        </span>
      )}
      {life === 'restarting' && worker.kind === 'backoff' && (
        <span>· {t('sentence.retry', { when: relativeTime(Math.max(now, worker.retryAtMs), now, i18n.language) })}</span>
      )}
      {life === 'cutOff' && relay.kind === 'silent' && relay.sinceMs !== null && (
        <span>· {t('sentence.since', { when: ago(relay.sinceMs) })}</span>
      )}
      {life === 'unknown' && oldSinceMs !== null && (
        <span className="text-faint">
          {t('sentence.lastSeen', { word: t(`common:nodeState.${lastLife}`), when: ago(oldSinceMs) })}
        </span>
      )}
    </p>
  );
}

/** Where the stake is, and the age of that fact if it is old. */
export function StakeSentence({ truth: { stake, life } }: { readonly truth: Pick<NodeTruth, 'stake' | 'life'> }) {
  const { t, i18n } = useTranslation('overview');
  const now = useNow(10_000);
  // The previous sentence already says that it was taken; while the node is working, the answer below shows the stake in detail.
  if (stake.kind === 'none' || life === 'slashed' || WORKING_STATES.has(life)) return null;
  if (stake.kind === 'unknown') return <p className="text-faint">{t('stake.unknown')}</p>;
  const text = t(`stake.${stake.kind}`, { amount: moneyText(stake.wei) });
  if (!stake.isOld) return <p className={stake.kind === 'slashed' ? 'text-bad' : 'text-soft'}>{text}</p>;
  return (
    <p className="text-faint">
      {text} {t('stake.asOf', { when: relativeTime(Math.min(now, stake.readMs), now, i18n.language) })}
    </p>
  );
}

const WORKING_STATES: ReadonlySet<NodeTruth['life']> = new Set(['waiting', 'executing', 'cutOff', 'held', 'pausing', 'paused']);
const ENDING_STATES: ReadonlySet<NodeTruth['life']> = new Set(['stopping', 'pausing', 'leaving']);

/** What does not answer, and what can be promised. */
export function StateNotes({ truth: { life, connection, chain, promises, barred } }: { readonly truth: NodeTruth }) {
  const { t } = useTranslation('overview');
  const said = [
    // For a stopped node: what happened to it before.
    barred !== null && life !== barred && t(`sentence.barred.${barred}`),
    connection.kind === 'noNode' && t('sentence.nodeSilent'),
    connection.kind === 'here' && chain.kind === 'silent' && t('sentence.chainDown'),
    promises.includes('finishesTask') && t(ENDING_STATES.has(life) ? 'promise.finishing' : 'promise.finishesTask'),
    promises.includes('stakeStays') && t('promise.stakeStays'),
  ].filter((text) => text !== false);
  if (said.length === 0) return null;
  return <p className="text-[13px] text-faint">{said.join(' ')}</p>;
}
