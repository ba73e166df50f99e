import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EngineView } from '../../../contract/host-contract.ts';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { useEngineName } from '../../ui/display-names.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { FolderField } from '../../ui/folder-field.tsx';
import { BackendsCard } from './backends-card.tsx';

export function EnginesSection() {
  const { t } = useTranslation('settings');
  const host = useHostClient();
  const read = useHostRead('engines', (client, signal) => client.engines.list({}, { signal }));
  const [found, setFound] = useState<EngineView | null>(null);
  const inspect = useAct(async (chosen: string) => {
    setFound(await host().engines.inspect({ chosen }));
    read.reload();
  });
  const isListed = ({ path }: EngineView) => read.value?.engines.some((engine) => engine.path === path) === true;
  return (
    <>
      <p className="text-soft">{t('engines.lead')}</p>
      {read.error && <ErrorNote error={read.error} />}
      {read.value?.engines.map((engine) => (
        <EngineCard key={`${engine.kind} ${engine.path}`} engine={engine} />
      ))}
      <BackendsCard />
      <Card title={t('engines.inspect')}>
        <FolderField
          label={t('engines.folder')}
          hint={t('engines.inspectHint')}
          byCommand={t('engines.byCommand')}
          kind="engine"
          path={found?.path ?? ''}
          onChosen={({ token }) => void inspect.run(token)}
        />
        {inspect.error && <ErrorNote error={inspect.error} />}
      </Card>
      {found !== null && !isListed(found) && <EngineCard engine={found} />}
    </>
  );
}

function EngineCard({ engine }: { readonly engine: EngineView }) {
  const { t } = useTranslation('settings');
  const usable = engine.config !== null;
  return (
    <Card
      title={useEngineName()(engine)}
      aside={<Badge tone={usable ? 'good' : 'bad'}>{t(usable ? 'engines.usable' : 'engines.unusable')}</Badge>}
    >
      <div className="flex flex-col gap-3">
        {engine.path !== null && <code className="font-mono text-[13px] break-all text-faint">{engine.path}</code>}
        <Facts>
          <Fact name={t('engines.version')}>{engine.version ?? '—'}</Fact>
          <Fact name={t('engines.patches.label')}>{t(`engines.patches.${engine.patches}`)}</Fact>
          <Fact name={t('engines.accepted')}>
            {engine.acceptedBy.length === 0 ? t('engines.nobody') : engine.acceptedBy.join(', ')}
          </Fact>
          <Fact name={t('engines.models')}>{engine.modelIds.length === 0 ? '—' : engine.modelIds.join(', ')}</Fact>
        </Facts>
        {engine.problem !== null && <ErrorNote error={engine.problem} />}
      </div>
    </Card>
  );
}
