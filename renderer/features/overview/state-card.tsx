import { CirclePause, CirclePlay, CircleStop, KeyRound, ListChecks, type LucideIcon, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProfileView } from '../../../contract/profiles.ts';
import type { Control } from '../../../contract/truth/controls.ts';
import type { NodeTruth } from '../../../contract/truth/node-truth.ts';
import type { WarmUpOrder } from '../../../contract/warm-up.ts';
import { LIFE_ICONS } from '../../app/node-status-badge.tsx';
import { useAct } from '../../rpc/hooks.ts';
import { useNode, useNodeClient, useNodeView } from '../../state/app-context.ts';
import { AwaitingPersonNote } from '../../ui/awaiting-person-note.tsx';
import { ToneIcon } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { StakeSentence, StateNotes, StateSentence } from './state-sentences.tsx';
import { useNodeOrder } from './use-node-order.ts';

const ICONS: Readonly<Record<Control, LucideIcon>> = {
  start: CirclePlay,
  pause: CirclePause,
  resume: CirclePlay,
  rejoin: Undo2,
  stop: CircleStop,
  unlock: KeyRound,
};

/** The controls that a host is likely to want. Pausing, stopping and staking again after a slash are not among them. */
const PRIMARY: ReadonlySet<Control> = new Set(['start', 'resume', 'unlock']);

/** What rejoining means in this state. */
const REJOIN_STATES = ['slashed', 'kickedOut', 'out', 'returning', 'dropped'] as const;

export interface StateCardProps {
  readonly truth: NodeTruth;
  readonly onUnlock: () => void;
  readonly onWhy: () => void;
}

/** A start may wait for a person to confirm a stake that has not been approved yet. */
function startNeedsConfirmation({ profile: { stakeWei, stakeWord } }: ProfileView): boolean {
  return stakeWord?.stakeWei !== stakeWei;
}

/** The state in one sentence, and the possible orders. */
export function StateCard({ truth, onUnlock, onWhy }: StateCardProps) {
  const { t } = useTranslation(['overview', 'common']);
  const order = useNodeOrder();
  const { profile } = useNode();
  const [asking, setAsking] = useState(false);
  const press = (control: Control) => {
    if (control === 'unlock') onUnlock();
    else if (control === 'rejoin') setAsking(true);
    else void order.run(control);
  };
  const { life, tone, controls } = truth;
  const rejoins = REJOIN_STATES.find((one) => one === life) ?? 'out';
  return (
    <section aria-label={t('common:frame.node')} className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 flex-1 basis-80 items-center gap-3">
          <ToneIcon tone={tone} icon={LIFE_ICONS[life]} className="size-5" />
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <StateSentence truth={truth} />
            {life === 'waiting' && (
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
      <StakeSentence truth={truth} />
      <WarmUpLine />
      <StateNotes truth={truth} />
      {order.busy && !asking && startNeedsConfirmation(profile) && <AwaitingPersonNote />}
      {order.error && !asking && <ErrorNote error={order.error} />}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('control.rejoinTitle')}
        confirmLabel={t('control.rejoin')}
        danger={life === 'slashed'}
        awaitsPerson
        busy={order.busy}
        error={order.error}
        onConfirm={() => void order.run('rejoin').then((done) => done && setAsking(false))}
      >
        <p>{t(`control.rejoinText.${rejoins}`)}</p>
      </ConfirmDialog>
    </section>
  );
}

/** The progress of the engine's warm-up; nothing once it is warm. */
function WarmUpLine() {
  const { t } = useTranslation('overview');
  const node = useNodeClient();
  const warmUp = useNodeView()?.warmUp ?? null;
  const order = useAct((what: WarmUpOrder) => node().node.warmUp({ order: what }));
  if (warmUp === null || warmUp.state === 'ready' || warmUp.state === 'waiting') return null;
  const { state, modelId, index, count, limitSeconds, results } = warmUp;
  const last = results.at(-1);
  const inProgress = state === 'due' || state === 'running';
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-[13px] text-soft">
      <p role="status">
        {t(`warmUp.${state}`, { model: modelId ?? '', index: index ?? 0, count: count ?? 0 })}
        {last !== undefined &&
          ` ${t('warmUp.took', { model: last.modelId, seconds: last.seconds.toFixed(1), limit: limitSeconds })}`}
      </p>
      <Button small disabled={order.busy} onClick={() => void order.run(inProgress ? 'cancel' : 'run')}>
        {t(inProgress ? 'warmUp.cancel' : 'warmUp.again')}
      </Button>
      {order.error && <ErrorNote error={order.error} />}
    </div>
  );
}
