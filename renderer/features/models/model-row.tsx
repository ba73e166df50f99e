import { Download, ShieldCheck, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ModelState, ModelView } from '../../../contract/models.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { useAlive } from '../../state/app-context.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/button.tsx';
import { useListText, useProfileName, useTaskTypesText } from '../../ui/display-names.ts';
import { sizeText } from '../../ui/save-file.ts';
import { Time } from '../../ui/time.tsx';
import { modelKey, useModelsRequest } from './use-models.ts';

export type Demand =
  | { readonly kind: 'listed'; readonly nodes: number }
  | { readonly kind: 'notListed' }
  | { readonly kind: 'unknown' };

const TONES = {
  absent: 'neutral',
  partial: 'info',
  present: 'good',
  missing: 'bad',
  corrupt: 'bad',
} as const satisfies Record<ModelState['kind'], Tone>;

export interface ModelRowProps {
  readonly model: ModelView;
  readonly demand: Demand;
  readonly onRemove: () => void;
}

export function ModelRow({ model, demand, onRemove }: ModelRowProps) {
  const { t } = useTranslation('models');
  const typesText = useTaskTypesText();
  return (
    <li className="flex flex-col gap-1 border-t border-line px-4 py-2.5 first:border-0">
      <div className="flex items-center gap-3">
        <h3 className="min-w-0 flex-1 font-medium break-all">{model.modelId}</h3>
        <span className="text-[13px] whitespace-nowrap tabular-nums">
          {model.sizeBytes === 0 ? '—' : sizeText(model.sizeBytes)}
        </span>
        <span className="flex w-24 justify-end">
          <Badge tone={TONES[model.state.kind]}>
            <span className="whitespace-nowrap">{t(`state.${model.state.kind}`)}</span>
          </Badge>
        </span>
        <ModelActions model={model} onRemove={onRemove} />
      </div>
      <p className="text-[13px] text-faint">
        {typesText(model.taskTypes)} · {t(`engine.${model.engine}`)} · <Origin model={model} /> · <LastUse model={model} />
        <StateFacts state={model.state} />
      </p>
      <OfferedBy model={model} demand={demand} />
      <Problem state={model.state} />
    </li>
  );
}

function LastUse({ model: { usedBy, lastUsedAtMs } }: { readonly model: ModelView }) {
  const { t } = useTranslation('models');
  if (usedBy.length > 0) return <span className="font-medium text-ink">{t('list.now')}</span>;
  if (lastUsedAtMs === null) return t('list.never');
  return (
    <>
      {t('list.used')} <Time atMs={lastUsedAtMs} />
    </>
  );
}

function OfferedBy({ model: { offeredBy }, demand }: Pick<ModelRowProps, 'model' | 'demand'>) {
  const { t } = useTranslation('models');
  const nameOf = useProfileName();
  const list = useListText();
  const said = [
    offeredBy.length === 0 ? t('list.notOffered') : t('list.offered', { names: list(offeredBy.map(nameOf)) }),
    ...(demand.kind === 'listed' ? [t('list.inDemand', { count: demand.nodes })] : []),
    ...(demand.kind === 'notListed' ? [t('list.notInDemand')] : []),
  ];
  return <p className="text-[13px] text-faint">{said.join(' · ')}</p>;
}

function Origin({ model: { origin } }: { readonly model: ModelView }) {
  const { t } = useTranslation('models');
  if (origin.kind === 'bundled') return t('origin.bundled');
  const whole = origin.kind === 'url' ? origin.url : `${origin.repo}@${origin.revision ?? '?'}`;
  return <span title={whole}>{t(`origin.${origin.kind}`)}</span>;
}

function StateFacts({ state }: { readonly state: ModelState }) {
  const { t } = useTranslation('models');
  if (state.kind === 'partial') return ` · ${t('partialBytes', { size: sizeText(state.bytes) })}`;
  if (state.kind !== 'present') return null;
  if (state.verifiedAtMs === null) return ` · ${t('notVerified')}`;
  return (
    <>
      {` · ${t('verified')} `}
      <Time atMs={state.verifiedAtMs} />
    </>
  );
}

function Problem({ state }: { readonly state: ModelState }) {
  const textOf = useHostText();
  if (state.kind !== 'missing' && state.kind !== 'corrupt') return null;
  const { code, message, remedy, detail } = state.problem;
  const entry = textOf({ code, message });
  return (
    <p className="text-[13px] break-words">
      {entry.meaning ?? message} {entry.remedy ?? remedy}
      {detail !== '' && <span className="text-faint"> {detail}</span>}
    </p>
  );
}

function ModelActions({ model, onRemove }: Omit<ModelRowProps, 'demand'>) {
  const { t } = useTranslation('models');
  const act = useModelsRequest();
  const textOf = useHostText();
  const alive = useAlive();
  const { state, origin, taskTypes, modelId } = model;
  const key = modelKey(model);
  // The node changes the folder, so nothing can be ordered while it is not running.
  if (!alive) return null;
  const taskType = taskTypes[0];
  const whole = state.kind === 'present' || state.kind === 'corrupt';
  return (
    <span className="flex min-w-14 shrink-0 flex-wrap justify-end">
      {state.kind !== 'present' && taskType !== undefined && (
        <IconButton
          label={t('do.download', { model: modelId })}
          icon={Download}
          disabled={act.busy}
          onClick={() => void act.run({ type: 'download', ...key, taskType }, t('said.added', { model: modelId }))}
        />
      )}
      {whole && (
        <IconButton
          label={t('do.verify', { model: modelId })}
          icon={ShieldCheck}
          disabled={act.busy}
          onClick={() => void act.run({ type: 'verify', ...key }, t('said.verify', { model: modelId }))}
        />
      )}
      {state.kind !== 'absent' && origin.kind !== 'bundled' && (
        <IconButton label={t('do.remove', { model: modelId })} icon={Trash2} onClick={onRemove} />
      )}
      {act.error && (
        <span role="alert" className="text-bad" title={act.error.message}>
          {textOf(act.error).meaning ?? act.error.message}
        </span>
      )}
    </span>
  );
}
