import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NetworkView } from '../../../contract/host-contract.ts';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useNetworkName } from '../../ui/display-names.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money } from '../../ui/money.tsx';
import { AddNetworkDialog } from './add-network-dialog.tsx';
import { DevnetCard } from './devnet-card.tsx';

export function NetworksSection() {
  const { t } = useTranslation(['settings', 'common']);
  const host = useHostClient();
  const { toasts } = useApp();
  const read = useHostRead('networks', (client, signal) => client.networks.list({}, { signal }));
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<NetworkView | null>(null);
  const remove = useAct(async (id: string) => {
    await host().networks.remove({ id });
    setRemoving(null);
    read.reload();
  });
  const added = ({ title }: NetworkView) => {
    toasts.getState().push({ tone: 'good', text: t('networks.added', { name: title }) });
    setAdding(false);
    read.reload();
  };
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <p className="text-soft">{t('networks.lead')}</p>
        <Button icon={Plus} onClick={() => setAdding(true)}>
          {t('networks.add')}
        </Button>
      </div>
      {read.error && <ErrorNote error={read.error} />}
      {read.value?.problems.map((problem) => (
        <ErrorNote key={`${problem.code} ${problem.message}`} error={problem} />
      ))}
      <DevnetCard />
      {read.value?.networks.map((network) => (
        <NetworkCard key={network.id} network={network} onRemove={() => setRemoving(network)} />
      ))}
      <AddNetworkDialog open={adding} onClose={() => setAdding(false)} onAdded={added} />
      <ConfirmDialog
        danger
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={t('networks.removeTitle', { name: removing?.title ?? '' })}
        confirmLabel={t('common:do.remove')}
        busy={remove.busy}
        error={remove.error}
        onConfirm={() => removing !== null && void remove.run(removing.id)}
      >
        <p>{t('networks.removeText')}</p>
      </ConfirmDialog>
    </>
  );
}

function NetworkCard({ network, onRemove }: { readonly network: NetworkView; readonly onRemove: () => void }) {
  const { t } = useTranslation('settings');
  const name = useNetworkName()(network);
  const chain = network.comingSoon
    ? `${network.chainId ?? ''} · ${t('networks.comingSoon')}`
    : network.hasChain || network.mode === 'chain'
      ? (network.chainId ?? t('networks.chainUnknown'))
      : t('networks.noChain');
  return (
    <Card
      title={name}
      aside={
        <span className="flex items-center gap-2">
          <Badge tone={network.origin === 'builtIn' ? 'neutral' : 'info'}>{t(`networks.origin.${network.origin}`)}</Badge>
          {network.origin === 'own' && <IconButton label={t('networks.remove', { name })} icon={Trash2} onClick={onRemove} />}
        </span>
      }
    >
      <Facts>
        <Fact name={t('networks.relay')}>{network.relayUrl}</Fact>
        <Fact name={t('networks.minimum')}>
          <Money wei={network.minStakeWei} />
        </Fact>
        <Fact name={t('networks.engines')}>{network.acceptedEngines.join(', ')}</Fact>
        <Fact name={t('networks.chain')}>{chain}</Fact>
        {network.explorerUrl !== null && <Fact name={t('networks.explorer')}>{network.explorerUrl}</Fact>}
      </Facts>
    </Card>
  );
}
