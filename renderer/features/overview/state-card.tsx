import { CirclePause, CirclePlay, CircleStop, KeyRound, ListChecks, type LucideIcon, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { WarmUpOrder } from '../../../contract/warm-up.ts';
import { STATUS_ICONS } from '../../app/node-status-badge.tsx';
import { useAct } from '../../rpc/hooks.ts';
import { useNode, useNodeClient, useNodeView } from '../../state/app-context.ts';
import { nodeStatus, type StatusWord } from '../../state/node-status.ts';
import { openTasks } from '../../state/tasks.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Hash } from '../../ui/hash.tsx';
import { durationText, relativeTime, useNow } from '../../ui/time.tsx';
import { CONTROLS, type Control, useNodeOrder } from './control.ts';

const ICONS: Readonly<Record<Control, LucideIcon>> = {
  start: CirclePlay,
  pause: CirclePause,
  resume: CirclePlay,
  rejoin: Undo2,
  stop: CircleStop,
  unlock: KeyRound,
};

/** What a host wants to press. To pause, to stop, or to stake anew after a slash is not among it. */
const PRIMARY: ReadonlySet<Control> = new Set(['start', 'resume', 'unlock']);

/** States in which a task may be under way: that it is finished first is worth saying. */
const POLITE: ReadonlySet<StatusWord> = new Set(['running', 'executing', 'pausing', 'stopping']);

export interface StateCardProps {
  readonly word: StatusWord;
  readonly onUnlock: () => void;
  readonly onWhy: () => void;
}

/** The state in one sentence, and what can be told the node. */
export function StateCard({ word, onUnlock, onWhy }: StateCardProps) {
  const { t } = useTranslation(['overview', 'common']);
  const { profile } = useNode();
  const { tone } = nodeStatus(profile.worker, useNodeView());
  const order = useNodeOrder();
  const [asking, setAsking] = useState(false);
  const press = (control: Control) => {
    if (control === 'unlock') onUnlock();
    else if (control === 'rejoin') setAsking(true);
    else void order.run(control);
  };
  const controls = CONTROLS[word];
  return (
    <section aria-label={t('common:frame.node')} className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 flex-1 basis-80 items-center gap-3">
          <ToneIcon tone={tone} icon={STATUS_ICONS[word]} className="size-5" />
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <Sentence word={word} />
            {word === 'running' && (
              <Button small tone="quiet" icon={ListChecks} onClick={onWhy}>
                {t('why')}
              </Button>
            )}
          </div>
        </div>
        <div className="flex items-center gap-2">
          {controls.map((control, index) => (
            <Button
              key={control}
              tone={index === 0 && PRIMARY.has(control) ? 'primary' : 'plain'}
              icon={ICONS[control]}
              disabled={order.busy}
              onClick={() => press(control)}
            >
              {t(`control.${control}`)}
            </Button>
          ))}
        </div>
      </div>
      <WarmUpLine />
      {POLITE.has(word) && <p className="text-[13px] text-faint">{t('control.politeNote')}</p>}
      {order.error && !asking && <ErrorNote error={order.error} />}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('control.rejoinTitle')}
        confirmLabel={t('control.rejoin')}
        danger={word === 'slashed'}
        busy={order.busy}
        error={order.error}
        onConfirm={() => void order.run('rejoin').then((done) => done && setAsking(false))}
      >
        <p>{t(word === 'slashed' ? 'control.rejoinSlashed' : 'control.rejoinKickedOut')}</p>
      </ConfirmDialog>
    </section>
  );
}

/** How far the engine's own first tasks are; nothing once it is warm. */
function WarmUpLine() {
  const { t } = useTranslation('overview');
  const node = useNodeClient();
  const warmUp = useNodeView()?.warmUp ?? null;
  const order = useAct((what: WarmUpOrder) => node().node.warmUp({ order: what }));
  if (warmUp === null || warmUp.state === 'ready' || warmUp.state === 'waiting') return null;
  const { state, modelId, index, count, limitSeconds, results } = warmUp;
  const last = results.at(-1);
  const isGoing = state === 'due' || state === 'running';
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-[13px] text-soft">
      <p role="status">
        {t(`warmUp.${state}`, { model: modelId ?? '', index: index ?? 0, count: count ?? 0 })}
        {last !== undefined &&
          ` ${t('warmUp.took', { model: last.modelId, seconds: last.seconds.toFixed(1), limit: limitSeconds })}`}
      </p>
      <Button small disabled={order.busy} onClick={() => void order.run(isGoing ? 'cancel' : 'run')}>
        {t(isGoing ? 'warmUp.cancel' : 'warmUp.again')}
      </Button>
      {order.error && <ErrorNote error={order.error} />}
    </div>
  );
}

function Sentence({ word }: { readonly word: StatusWord }) {
  const { t, i18n } = useTranslation(['overview', 'common']);
  const { profile, session } = useNode();
  const view = useNodeView();
  const tasks = useStore(session.tasks);
  const now = useNow();
  const { worker } = profile;
  const task = view?.currentTask ?? null;
  const row = openTasks(tasks).find(({ commitment }) => commitment === task);
  const deadlineMs = row?.deadlineMs ?? null;
  return (
    <p role="status" className="flex flex-wrap items-center gap-x-1.5 text-base">
      <span>{t(`sentence.${word}`)}</span>
      {word === 'executing' && task !== null && <Hash value={task} what={t('common:screens.tasks')} copy={false} />}
      {word === 'executing' && deadlineMs !== null && (
        <span className="tabular-nums">
          ·{' '}
          {deadlineMs > now
            ? t('sentence.left', { left: durationText(Math.ceil((deadlineMs - now) / 1_000) * 1_000) })
            : t('sentence.overdue')}
        </span>
      )}
      {worker.kind === 'backoff' && (
        <span>· {t('sentence.retry', { when: relativeTime(Math.max(now, worker.retryAtMs), now, i18n.language) })}</span>
      )}
      {word === 'running' && view?.relay === 'unreachable' && <span className="text-bad">{t('sentence.relayDown')}</span>}
    </p>
  );
}
