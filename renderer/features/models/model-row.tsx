import { Download, ShieldCheck, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ModelState, ModelView } from '../../../contract/models.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/button.tsx';
import { errorEntry } from '../../ui/error-note.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { Cell, Row } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useList, useProfileName, useTaskTypes } from './names.ts';
import { keyOf, useModelsAct } from './use-models.ts';

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
  const typesText = useTaskTypes();
  const nameOf = useProfileName();
  const list = useList();
  return (
    <Row>
      <Cell head>
        <span className="font-medium break-all">{model.modelId}</span>
        <span className="block text-faint">
          {typesText(model.taskTypes)} · {t(`engine.${model.engine}`)} · <Origin model={model} />
        </span>
      </Cell>
      <Cell>
        <State model={model} />
      </Cell>
      <Cell right>{model.sizeBytes === 0 ? '—' : sizeText(model.sizeBytes)}</Cell>
      <Cell className="whitespace-nowrap">
        {model.usedBy.length > 0 ? (
          <span className="font-medium">{t('list.now')}</span>
        ) : model.lastUsedAtMs === null ? (
          <span className="text-faint">{t('list.never')}</span>
        ) : (
          <Time atMs={model.lastUsedAtMs} />
        )}
      </Cell>
      <Cell>
        {model.offeredBy.length === 0 ? (
          <span className="text-faint">{t('list.nobody')}</span>
        ) : (
          list(model.offeredBy.map(nameOf))
        )}
      </Cell>
      <Cell>
        {demand.kind === 'listed' ? (
          t('list.inDemand', { count: demand.nodes })
        ) : (
          <span className="text-faint">{demand.kind === 'notListed' ? t('list.notInDemand') : '—'}</span>
        )}
      </Cell>
      <Cell>
        <Actions model={model} onRemove={onRemove} />
      </Cell>
    </Row>
  );
}

function Origin({ model: { origin } }: { readonly model: ModelView }) {
  const { t } = useTranslation('models');
  if (origin.kind === 'bundled') return t('origin.bundled');
  const whole = origin.kind === 'url' ? origin.url : `${origin.repo}@${origin.revision ?? '?'}`;
  return <span title={whole}>{t(`origin.${origin.kind}`)}</span>;
}

function State({ model: { state } }: { readonly model: ModelView }) {
  const { t } = useTranslation('models');
  return (
    <>
      <Badge tone={TONES[state.kind]}>
        <span className="whitespace-nowrap">{t(`state.${state.kind}`)}</span>
      </Badge>
      {state.kind === 'partial' && (
        <span className="block pt-0.5 text-faint">{t('partialBytes', { size: sizeText(state.bytes) })}</span>
      )}
      {state.kind === 'present' && (
        <span className="block pt-0.5 text-faint">
          {state.verifiedAtMs === null ? (
            t('notVerified')
          ) : (
            <>
              {t('verified')} <Time atMs={state.verifiedAtMs} />
            </>
          )}
        </span>
      )}
      {(state.kind === 'missing' || state.kind === 'corrupt') && (
        <span className="block max-w-72 pt-0.5">
          {errorEntry(state.problem.code)?.remedy ?? state.problem.remedy}
          {state.problem.detail !== '' && <span className="block break-words text-faint">{state.problem.detail}</span>}
        </span>
      )}
    </>
  );
}

function Actions({ model, onRemove }: Omit<ModelRowProps, 'demand'>) {
  const { t } = useTranslation('models');
  const act = useModelsAct();
  const { state, origin, taskTypes, modelId } = model;
  const key = keyOf(model);
  const taskType = taskTypes[0];
  const whole = state.kind === 'present' || state.kind === 'corrupt';
  return (
    <span className="flex justify-end">
      {!whole && taskType !== undefined && (
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
          {errorEntry(act.error.code)?.meaning ?? act.error.message}
        </span>
      )}
    </span>
  );
}
