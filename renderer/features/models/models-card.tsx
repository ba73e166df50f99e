import { Boxes } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '../../../contract/models.ts';
import { normaliseModelIdRelay } from '../../../protocol/models/model-id.ts';
import { useLiveRead } from '../../rpc/hooks.ts';
import { modelKeyText } from '../../state/models.ts';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Select } from '../../ui/field.tsx';
import { MODEL_ORDERS, type ModelOrder, sortModels } from './model-order.ts';
import { type Demand, ModelRow } from './model-row.tsx';
import { RemovalDialog } from './removal-dialog.tsx';

export function ModelsCard({ models }: { readonly models: readonly ModelView[] }) {
  const { t, i18n } = useTranslation('models');
  const [order, setOrder] = useState<ModelOrder>('given');
  const [showAbsent, setShowAbsent] = useState(false);
  const [removing, setRemoving] = useState<ModelView | null>(null);
  const demandOf = useModelDemand();
  const absent = models.filter(({ state }) => state.kind === 'absent');
  const wanted = showAbsent ? models : models.filter(({ state }) => state.kind !== 'absent');
  const shown = sortModels(wanted, order, i18n.language);
  return (
    <Card
      title={t('list.title')}
      flush
      aside={
        <span className="flex flex-wrap items-center justify-end gap-x-4 gap-y-2">
          {absent.length > 0 && <AbsentToggle checked={showAbsent} onChange={setShowAbsent} />}
          {wanted.length > 1 && (
            <Select
              aria-label={t('list.order')}
              className="w-auto! text-[13px]"
              value={order}
              options={MODEL_ORDERS.map((value) => ({ value, label: t(`list.orders.${value}`) }))}
              onChange={setOrder}
            />
          )}
        </span>
      }
    >
      {shown.length === 0 ? (
        <EmptyState icon={Boxes} title={t('list.empty')} hint={t('list.emptyHint')} />
      ) : (
        <ul>
          {shown.map((model) => (
            <ModelRow key={modelKeyText(model)} model={model} demand={demandOf(model)} onRemove={() => setRemoving(model)} />
          ))}
        </ul>
      )}
      <RemovalDialog model={removing} onClose={() => setRemoving(null)} />
    </Card>
  );
}

/** Whether the network lists a model, as far as the network says. */
function useModelDemand(): (model: ModelView) => Demand {
  const read = useLiveRead('demand', (client, signal) => client.trust.noTasks({}, { signal }));
  const listed = read.value?.models ?? null;
  if (listed === null) return () => ({ kind: 'unknown' });
  const nodes = new Map(listed.map(({ modelId, onDiskNodes }) => [normaliseModelIdRelay(modelId), onDiskNodes]));
  return ({ modelId }) => {
    const count = nodes.get(normaliseModelIdRelay(modelId));
    return count === undefined ? { kind: 'notListed' } : { kind: 'listed', nodes: count };
  };
}

function AbsentToggle({ checked, onChange }: { readonly checked: boolean; readonly onChange: (checked: boolean) => void }) {
  const { t } = useTranslation('models');
  const id = useId();
  return (
    <span className="flex items-center gap-2 text-[13px] text-soft">
      <input
        id={id}
        type="checkbox"
        className="size-4 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{t('list.filterAbsent')}</label>
    </span>
  );
}
