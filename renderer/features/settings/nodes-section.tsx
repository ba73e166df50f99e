import { ListChecks, Pencil, Plus, Server, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { ProfileView } from '../../../contract/profiles.ts';
import { NodeStatusBadge } from '../../app/node-status-badge.tsx';
import { nodePath } from '../../app/screens.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient, useProfiles } from '../../state/app-context.ts';
import { useTruthOf } from '../../state/truth.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useNetworkName } from '../../ui/display-names.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { EditProfileDialog } from './edit-profile-dialog.tsx';
import { ProfileChecksDialog } from './profile-checks-dialog.tsx';

type OpenDialog = { readonly kind: 'edit' | 'remove' | 'check'; readonly view: ProfileView };

/** Of one whose dialog is open: it may have been started or stopped since. */
function currentView(profiles: readonly ProfileView[], opened: ProfileView): ProfileView {
  return profiles.find(({ profile }) => profile.id === opened.profile.id) ?? opened;
}

export function NodesSection() {
  const { t } = useTranslation(['settings', 'common']);
  const { toasts } = useApp();
  const host = useHostClient();
  const navigate = useNavigate();
  const profiles = useProfiles() ?? [];
  const [params] = useSearchParams();
  // A link can open the checks or the settings of one node.
  const [open, setOpen] = useState<OpenDialog | null>(() => dialogInUrl(profiles, params));
  const close = () => setOpen(null);
  const name = open?.view.profile.name ?? '';
  const remove = useAct(async (id: string) => {
    await host().profiles.remove({ id });
    toasts.getState().push({ tone: 'good', text: t('nodes.removed', { name }) });
    close();
  });
  const add = (
    <Button icon={Plus} onClick={() => void navigate('/first-run')}>
      {t('nodes.add')}
    </Button>
  );
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <p className="min-w-0 flex-1 basis-72 text-soft">{t('nodes.lead')}</p>
        {add}
      </div>
      {profiles.length === 0 && <EmptyState icon={Server} title={t('nodes.none')} hint={t('nodes.noneHint')} />}
      {profiles.map((view) => (
        <NodeCard key={view.profile.id} view={view} onOpen={(kind) => setOpen({ kind, view })} />
      ))}
      <EditProfileDialog view={open?.kind === 'edit' ? currentView(profiles, open.view) : null} onClose={close} />
      <ProfileChecksDialog view={open?.kind === 'check' ? open.view : null} onClose={close} />
      <ConfirmDialog
        danger
        open={open?.kind === 'remove'}
        onClose={close}
        title={t('nodes.removeTitle', { name })}
        confirmLabel={t('common:do.remove')}
        typeToConfirm={name}
        busy={remove.busy}
        error={remove.error}
        onConfirm={() => open !== null && void remove.run(open.view.profile.id)}
      >
        <p>{t('nodes.removeText')}</p>
      </ConfirmDialog>
    </>
  );
}

function dialogInUrl(profiles: readonly ProfileView[], params: URLSearchParams): OpenDialog | null {
  for (const kind of ['check', 'edit'] as const) {
    const view = profiles.find(({ profile }) => profile.id === params.get(kind));
    if (view !== undefined) return { kind, view };
  }
  return null;
}

function NodeCard({ view, onOpen }: { readonly view: ProfileView; readonly onOpen: (kind: OpenDialog['kind']) => void }) {
  const { t, i18n } = useTranslation('settings');
  const { profile, networkTitle, gpuName, pendingRestart } = view;
  const truthOf = useTruthOf();
  const networkName = useNetworkName();
  const { name } = profile;
  const truth = truthOf(view);
  const stopped = truth.isRemovable;
  return (
    <Card
      title={
        <Link to={nodePath(profile.id, 'overview')} className="hover:underline">
          {name}
        </Link>
      }
      aside={
        <span className="flex items-center gap-1">
          <NodeStatusBadge truth={truth} />
          <IconButton label={t('nodes.check', { name })} icon={ListChecks} onClick={() => onOpen('check')} />
          <IconButton label={t('nodes.edit', { name })} icon={Pencil} onClick={() => onOpen('edit')} />
          <IconButton
            label={stopped ? t('nodes.remove', { name }) : t('nodes.lockedWhileRunning')}
            icon={Trash2}
            disabled={!stopped}
            onClick={() => onOpen('remove')}
          />
        </span>
      }
    >
      <Facts>
        <Fact name={t('nodes.network')}>
          {networkName({ id: profile.networkId, title: networkTitle })} · {gpuName ?? '—'}
        </Fact>
        <Fact name={t('nodes.key')}>
          <Hash value={profile.address} what={t('nodes.key')} />
        </Fact>
        <Fact name={t('nodes.stake')}>
          <Money wei={profile.stakeWei} />
        </Fact>
        <Fact name={t('nodes.engine')}>{profile.engine.kind}</Fact>
        <Fact name={t('nodes.models')}>{profile.modelIds.join(', ')}</Fact>
        <Fact name={t('nodes.kept')}>
          {t('nodes.keptFor', {
            count: profile.retention.days,
            size: new Intl.NumberFormat(i18n.language).format(profile.retention.resultsGib),
          })}
        </Fact>
      </Facts>
      {pendingRestart && (
        <p className="mt-2">
          <Badge tone="info">{t('nodes.pending')}</Badge>
        </p>
      )}
    </Card>
  );
}
