import { useTranslation } from 'react-i18next';
import type { EngineView } from '../../../contract/host-contract.ts';
import { useHostRead, useRefresh } from '../../rpc/hooks.ts';
import { useEngineName } from '../../ui/display-names.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Working } from '../../ui/working.tsx';
import { CardChoice } from './card-choice.tsx';
import { acceptedEngines, offeredModels, unusableEngines } from './choices.ts';
import { Option, Options, StepHeader, type StepProps } from './step-parts.tsx';
import { WorkerSource } from './worker-source.tsx';

/** An installation that the host unpacks meanwhile is found without a click. */
const REFRESH_MS = 10_000;

export function GpuStep({ choices, change }: StepProps) {
  const { t } = useTranslation('firstRun');
  const engineName = useEngineName();
  const { network, engine, modelIds } = choices;
  const read = useHostRead('engines', (client, signal) => client.engines.list({}, { signal }));
  useRefresh(read, REFRESH_MS);
  const engines = acceptedEngines(read.value?.engines ?? [], network);
  const same = (other: EngineView) => engine !== null && engine.kind === other.kind && engine.path === other.path;
  const chooseModel = (id: string, checked: boolean) =>
    change({ modelIds: checked ? [...modelIds, id] : modelIds.filter((other) => other !== id) });
  const needsOfficial =
    network?.acceptedEngines.includes('official') === true && !engines.some(({ kind }) => kind === 'official');
  return (
    <>
      <StepHeader title={t('gpu.title')} lead={t('gpu.lead')} />
      {read.error && <ErrorNote error={read.error} />}
      {read.value === null && read.loading && <Working label={t('gpu.lookingEngines')} onCancel={read.cancel} />}
      {engines.length > 0 && (
        <Options legend={t('gpu.engine')}>
          {engines.map((each) => (
            <Option
              key={`${each.kind} ${each.path}`}
              type="radio"
              name="engine"
              checked={same(each)}
              onChange={() => change({ engine: each, modelIds: offeredModels(each) })}
              title={`${engineName(each)} ${each.version ?? ''}`.trim()}
            >
              {each.path !== null && <span className="break-all">{each.path}</span>}
            </Option>
          ))}
        </Options>
      )}
      {read.value !== null && needsOfficial && engines.length === 0 && (
        <WorkerSource
          network={network?.title ?? ''}
          broken={unusableEngines(read.value.engines, network)}
          onRefresh={read.reload}
        />
      )}
      <CardChoice choices={choices} change={change} />
      {engine !== null && (
        <Options legend={t('gpu.models')} {...(engine.kind === 'official' ? { hint: t('gpu.modelsOfficial') } : {})}>
          {offeredModels(engine).length === 0 && <p className="text-soft">{t('gpu.noModels')}</p>}
          {offeredModels(engine).map((id) => (
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
