import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { EngineView } from '../../../contract/host-contract.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CardChoice } from './card-choice.tsx';
import { acceptedEngines } from './choices.ts';
import { Option, Options, StepHead, type StepPart } from './step-part.tsx';

export function GpuStep({ choices, change }: StepPart) {
  const { t } = useTranslation('firstRun');
  const { network, engine, modelIds } = choices;
  const read = useHostRead('engines', (client, signal) => client.engines.list({}, { signal }));
  const engines = acceptedEngines(read.value?.engines ?? [], network);
  const same = (other: EngineView) => engine !== null && engine.kind === other.kind && engine.path === other.path;
  const chooseModel = (id: string, checked: boolean) =>
    change({ modelIds: checked ? [...modelIds, id] : modelIds.filter((other) => other !== id) });
  return (
    <>
      <StepHead title={t('gpu.title')} lead={t('gpu.lead')} />
      {read.error && <ErrorNote error={read.error} />}
      {read.value !== null && engines.length === 0 ? (
        <p className="text-soft">
          {t('gpu.noEngine', { network: network?.title ?? '' })}{' '}
          <Link to="/settings/engines" className="text-accent hover:underline">
            {t('gpu.engineSettings')}
          </Link>
        </p>
      ) : (
        <Options legend={t('gpu.engine')}>
          {engines.map((each) => (
            <Option
              key={`${each.kind} ${each.path}`}
              type="radio"
              name="engine"
              checked={same(each)}
              onChange={() => change({ engine: each, modelIds: each.modelIds })}
              title={`${each.title} ${each.version ?? ''}`.trim()}
            >
              {each.path !== null && <span className="break-all">{each.path}</span>}
            </Option>
          ))}
        </Options>
      )}
      <CardChoice choices={choices} change={change} />
      {engine !== null && (
        <Options legend={t('gpu.models')}>
          {engine.modelIds.length === 0 && <p className="text-soft">{t('gpu.noModels')}</p>}
          {engine.modelIds.map((id) => (
            <Option
              key={id}
              type="checkbox"
              name="models"
              checked={modelIds.includes(id)}
              onChange={(checked) => chooseModel(id, checked)}
              title={id}
            />
          ))}
        </Options>
      )}
    </>
  );
}
