import { useTranslation } from 'react-i18next';
import type { BackendView } from '../../../contract/engines.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CopyButton } from '../../ui/hash.tsx';
import { sizeText } from '../../ui/save-file.ts';

/** What the embedded language engine can use of a card, and how to get what is missing. A page installs no programs. */
export function BackendsCard() {
  const { t } = useTranslation('settings');
  const read = useHostRead('backends', (client, signal) => client.engines.backends({}, { signal }));
  const backends = read.value?.backends;
  return (
    <Card title={t('backends.title')}>
      <div className="flex flex-col gap-3">
        <p className="text-soft">{t('backends.lead')}</p>
        {read.error && <ErrorNote error={read.error} />}
        {backends?.length === 0 && <p>{t('backends.none')}</p>}
        {backends !== undefined && backends.length > 0 && (
          <ul className="flex flex-col gap-3">
            {backends.map((view) => (
              <Backend key={view.backend} view={view} />
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function Backend({ view: { backend, bytes, installed } }: { readonly view: BackendView }) {
  const { t } = useTranslation('settings');
  const command = `crynux-node backends ${installed ? 'remove' : 'install'} ${backend}`;
  return (
    <li className="flex flex-col gap-1">
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{t(`backends.names.${backend}`)}</span>
        <Badge tone={installed ? 'good' : 'neutral'}>{t(installed ? 'backends.installed' : 'backends.missing')}</Badge>
        <span className="text-faint tabular-nums">{sizeText(bytes)}</span>
      </span>
      <span className="text-[13px] text-soft">{t(installed ? 'backends.removeBy' : 'backends.installBy')}</span>
      <span className="flex items-center gap-1">
        <code className="min-w-0 rounded bg-raised px-2 py-1 font-mono text-[13px] break-all">{command}</code>
        <CopyButton text={command} what={t('backends.command')} />
      </span>
    </li>
  );
}
