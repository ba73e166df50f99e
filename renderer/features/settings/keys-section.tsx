import { Archive, BadgeCheck, Download, KeyRound, Plus, Upload } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { useProfiles } from '../../state/app-context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CopyButton, shortHash } from '../../ui/hash.tsx';
import { Time } from '../../ui/time.tsx';
import { ArchiveKeyDialog } from '../keys/archive-key-dialog.tsx';
import { BackupBadge } from '../keys/backup-badge.tsx';
import { CreateKeyDialog } from '../keys/create-key-dialog.tsx';
import { ExportKeyDialog } from '../keys/export-key-dialog.tsx';
import { ImportKeyDialog } from '../keys/import-key-dialog.tsx';
import { VerifyBackupDialog } from '../keys/verify-backup-dialog.tsx';

type OpenDialog =
  | { readonly kind: 'create' | 'import' }
  | { readonly kind: 'export' | 'archive' | 'verify'; readonly address: string };

export function KeysSection() {
  const { t } = useTranslation('settings');
  const read = useHostRead('keys', (client, signal) => client.keys.list({}, { signal }));
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const close = () => setOpen(null);
  const keys = read.value?.keys ?? [];
  const addressOf = (kind: 'export' | 'archive' | 'verify') => (open?.kind === kind ? open.address : null);
  const verifying = keys.find(({ address, archived }) => address === addressOf('verify') && !archived) ?? null;
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <p className="min-w-0 flex-1 basis-72 text-soft">{t('keys.lead')}</p>
        <div className="flex flex-wrap gap-2">
          <Button icon={Plus} onClick={() => setOpen({ kind: 'create' })}>
            {t('keys.create')}
          </Button>
          <Button icon={Upload} onClick={() => setOpen({ kind: 'import' })}>
            {t('keys.import')}
          </Button>
        </div>
      </div>
      {read.error && <ErrorNote error={read.error} />}
      {read.value !== null && keys.length === 0 && (
        <EmptyState icon={KeyRound} title={t('keys.none')} hint={t('keys.noneHint')} />
      )}
      {keys.map((key) => (
        <KeyCard
          key={key.address}
          view={key}
          onExport={() => setOpen({ kind: 'export', address: key.address })}
          onVerify={() => setOpen({ kind: 'verify', address: key.address })}
          onArchive={() => setOpen({ kind: 'archive', address: key.address })}
        />
      ))}
      <CreateKeyDialog open={open?.kind === 'create'} onClose={close} onCreated={read.reload} />
      <ImportKeyDialog open={open?.kind === 'import'} onClose={close} onImported={read.reload} />
      <ExportKeyDialog address={addressOf('export')} onClose={close} />
      <VerifyBackupDialog view={verifying} onClose={close} onVerified={read.reload} />
      <ArchiveKeyDialog address={addressOf('archive')} onClose={close} onArchived={read.reload} />
    </>
  );
}

interface KeyCardProps {
  readonly view: KeyView;
  readonly onExport: () => void;
  readonly onVerify: () => void;
  readonly onArchive: () => void;
}

function KeyCard({ view, onExport, onVerify, onArchive }: KeyCardProps) {
  const { t } = useTranslation(['settings', 'keys', 'firstRun']);
  const { address, archived, backedUp, imported, unlocked, store, createdMs } = view;
  const names = (useProfiles() ?? []).filter(({ profile }) => profile.address === address).map(({ profile }) => profile.name);
  const short = shortHash(address);
  return (
    <Card
      title={
        <span className="flex items-center gap-1">
          <code className="font-mono text-[13px] break-all">{address}</code>
          <CopyButton text={address} what={short} />
        </span>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="flex flex-wrap items-center gap-2 text-[13px] text-faint">
          {archived && <Badge tone="neutral">{t('keys.archived')}</Badge>}
          <BackupBadge view={view} />
          {!unlocked && <Badge tone="warn">{t('firstRun:key.locked')}</Badge>}
          <span>
            {t(`keys:storeKinds.${store}`)} · <Time atMs={createdMs} /> ·{' '}
            {names.length === 0 ? t('keys.unused') : t('keys.usedBy', { names: names.join(', ') })}
          </span>
        </p>
        {!backedUp && !archived && (
          <p className={imported ? 'text-soft' : 'text-warn'}>{t(imported ? 'keys.imported' : 'keys.unproven')}</p>
        )}
        {!archived && (
          <div className="flex flex-wrap gap-2">
            {!backedUp && (
              <Button small icon={BadgeCheck} onClick={onVerify}>
                {t('keys:prove.title')}
              </Button>
            )}
            <Button small icon={Download} aria-label={t('keys.exportOf', { address: short })} onClick={onExport}>
              {t('keys.export')}
            </Button>
            <Button
              small
              icon={Archive}
              aria-label={t('keys.archiveOf', { address: short })}
              disabled={names.length > 0}
              onClick={onArchive}
            >
              {t('keys.archive')}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}
