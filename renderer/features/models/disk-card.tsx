import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelsState } from '../../state/models.ts';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/hash.tsx';
import { Progress } from '../../ui/progress.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { Time } from '../../ui/time.tsx';

export function DiskCard({ disk }: { readonly disk: ModelsState['disk'] }) {
  const { t } = useTranslation('models');
  const { directory, usedBytes, freeBytes, reserveBytes, scannedAtMs } = disk;
  const share = freeBytes === null || usedBytes + freeBytes === 0 ? null : usedBytes / (usedBytes + freeBytes);
  const percent = Math.round((share ?? 0) * 100);
  return (
    <Card title={t('disk.title')}>
      <div className="flex flex-col gap-3">
        <span className="flex items-center gap-1">
          <code className="min-w-0 font-mono text-[0.92em] break-all">{directory}</code>
          <CopyButton text={directory} what={t('disk.folder')} />
        </span>
        {share !== null && <Progress value={share} label={t('disk.share', { percent })} />}
        <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
          <DiskFact name={t('disk.used')}>{sizeText(usedBytes)}</DiskFact>
          <DiskFact name={t('disk.free')}>{freeBytes === null ? t('disk.unknown') : sizeText(freeBytes)}</DiskFact>
          <DiskFact name={t('disk.reserve')}>{sizeText(reserveBytes)}</DiskFact>
          <DiskFact name={t('disk.scanned')}>{scannedAtMs === null ? t('disk.never') : <Time atMs={scannedAtMs} />}</DiskFact>
        </dl>
      </div>
    </Card>
  );
}

function DiskFact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="text-[13px] text-faint">{name}</dt>
      <dd className="font-medium tabular-nums">{children}</dd>
    </div>
  );
}
