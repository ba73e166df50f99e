import { Boxes } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '../../../contract/models.ts';
import { normaliseModelIdRelay } from '../../../protocol/models/model-id.ts';
import { useLiveRead } from '../../rpc/hooks.ts';
import { keyText } from '../../state/models.ts';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { type Demand, ModelRow } from './model-row.tsx';
import { RemovalDialog } from './removal-dialog.tsx';

export function ModelsCard({ models }: { readonly models: readonly ModelView[] }) {
  const { t } = useTranslation('models');
  const [all, setAll] = useState(false);
  const [removing, setRemoving] = useState<ModelView | null>(null);
  const demandOf = useDemand();
  const absent = models.filter(({ state }) => state.kind === 'absent');
  const shown = all ? models : models.filter(({ state }) => state.kind !== 'absent');
  return (
    <Card title={t('list.title')} flush aside={absent.length > 0 && <AbsentToggle checked={all} onChange={setAll} />}>
      {shown.length === 0 ? (
        <EmptyState icon={Boxes} title={t('list.empty')} hint={t('list.emptyHint')} />
      ) : (
        <ul>
          {shown.map((model) => (
            <ModelRow key={keyText(model)} model={model} demand={demandOf(model)} onRemove={() => setRemoving(model)} />
          ))}
        </ul>
      )}
      <RemovalDialog model={removing} onClose={() => setRemoving(null)} />
    </Card>
  );
}

/** Whether the network lists a model, as far as it tells. */
function useDemand(): (model: ModelView) => Demand {
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
