import { Download, Pause, Play, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DownloadState, DownloadView } from '../../../contract/models.ts';
import { useAlive } from '../../state/app-context.ts';
import { modelKeyText } from '../../state/models.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { useListText, useProfileName } from '../../ui/display-names.ts';
import { durationText } from '../../ui/duration.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { Time } from '../../ui/time.tsx';
import { modelKey, useModelsRequest } from './use-models.ts';

const TONES = {
  queued: 'neutral',
  downloading: 'info',
  verifying: 'info',
  paused: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'neutral',
} as const satisfies Record<DownloadState['kind'], Tone>;

const PAUSABLE: ReadonlySet<DownloadState['kind']> = new Set(['queued', 'downloading', 'verifying']);
const RESUMABLE: ReadonlySet<DownloadState['kind']> = new Set(['paused', 'failed', 'cancelled']);

export function DownloadsCard({ downloads }: { readonly downloads: readonly DownloadView[] }) {
  const { t } = useTranslation('models');
  return (
    <Card title={t('downloads.title')} flush>
      {downloads.length === 0 && <EmptyState icon={Download} title={t('downloads.none')} hint={t('downloads.noneHint')} />}
      <ul>
        {downloads.map((download) => (
          <DownloadRow key={modelKeyText(download)} download={download} />
        ))}
      </ul>
    </Card>
  );
}

function DownloadRow({ download }: { readonly download: DownloadView }) {
  const { t } = useTranslation('models');
  const act = useModelsRequest();
  // The node does the downloading, so nothing can be ordered while it is not running.
  const alive = useAlive();
  const { modelId: model, state } = download;
  const key = modelKey(download);
  const buttons = [
    ['pause', Pause, PAUSABLE.has(state.kind)],
    ['resume', Play, RESUMABLE.has(state.kind)],
    ['cancel', X, PAUSABLE.has(state.kind) || state.kind === 'paused' || state.kind === 'failed'],
  ] as const;
  return (
    <li className="flex flex-col gap-1.5 border-t border-line px-4 py-3 first:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="min-w-0 flex-1 font-medium break-all">{model}</h3>
        <Badge tone={TONES[state.kind]}>{t(`downloads.state.${state.kind}`)}</Badge>
        <span className="flex">
          {buttons.map(
            ([type, icon, offered]) =>
              offered &&
              alive && (
                <IconButton
                  key={type}
                  label={t(`downloads.${type}`, { model })}
                  icon={icon}
                  disabled={act.busy}
                  onClick={() => void act.run({ type, ...key }, null)}
                />
              ),
          )}
        </span>
      </div>
      <DownloadProgress model={model} state={state} />
      <WantedBy download={download} />
      {act.error && <ErrorNote error={act.error} />}
    </li>
  );
}

function DownloadProgress({ model, state }: { readonly model: string; readonly state: DownloadState }) {
  const { t, i18n } = useTranslation('models');
  switch (state.kind) {
    case 'queued':
    case 'done':
      return null;
    case 'cancelled':
      return <p className="text-[13px] text-faint">{t('downloads.kept')}</p>;
    case 'failed':
      return (
        <>
          <ErrorNote error={state.error} />
          <p className="text-[13px] text-faint">
            {t('downloads.failures', { count: state.failures })}
            {' · '}
            {state.retryAtMs === null ? (
              t('downloads.noRetry')
            ) : (
              <>
                {t('downloads.retry')} <Time atMs={state.retryAtMs} />
              </>
            )}
          </p>
        </>
      );
    default: {
      const { bytes, total } = state;
      const parts: string[] = [
        total === null
          ? t('downloads.unknownTotal', { bytes: sizeText(bytes) })
          : t('downloads.of', { bytes: sizeText(bytes), total: sizeText(total) }),
      ];
      if (state.kind === 'downloading') {
        parts.push(t('downloads.speed', { speed: sizeText(Math.round(state.bytesPerSecond)) }));
        if (state.secondsLeft !== null)
          parts.push(t('downloads.left', { left: durationText(state.secondsLeft * 1_000, i18n.language) }));
      }
      return (
        <>
          <Progress value={total === null || total === 0 ? null : bytes / total} label={t('downloads.progress', { model })} />
          <p className="text-[13px] text-soft tabular-nums">{parts.join(' · ')}</p>
        </>
      );
    }
  }
}

function WantedBy({ download: { wantedBy, taskType } }: { readonly download: DownloadView }) {
  const { t } = useTranslation(['models', 'common']);
  const nameOf = useProfileName();
  const list = useListText();
  const wanted = wantedBy.map(({ profile, purpose }) => `${t(`downloads.purpose.${purpose}`)} (${nameOf(profile)})`);
  return (
    <p className="text-[13px] text-faint">
      {t(`common:taskType.${taskType}`)}
      {wanted.length > 0 && ` · ${t('downloads.wantedBy')} ${list(wanted)}`}
    </p>
  );
}
