import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { NetworkView } from '../../../contract/host-contract.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { useNetworkName } from '../../ui/display-names.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money } from '../../ui/money.tsx';
import { acceptedEngines, type Choices, minimumStakeText } from './choices.ts';
import { Option, Options, StepHeader, type StepProps } from './step-parts.tsx';

/** Engine and stake depend on the network: whatever it does not accept is dropped. */
function choicesForNetwork(network: NetworkView, { engine, stake }: Choices): Partial<Choices> {
  const kept = engine !== null && acceptedEngines([engine], network).length > 0;
  return {
    network,
    minimumWei: null,
    funding: null,
    stake: stake === '' ? minimumStakeText(network) : stake,
    ...(kept ? {} : { engine: null, modelIds: [] }),
    ...(network.origin === 'local' ? {} : { madeUpCard: false }),
  };
}

export function NetworkStep({ choices, change }: StepProps) {
  const { t } = useTranslation('firstRun');
  const networkName = useNetworkName();
  const read = useHostRead('networks', (client, signal) => client.networks.list({}, { signal }));
  const networks = read.value?.networks ?? [];
  return (
    <>
      <StepHeader title={t('network.title')} lead={t('network.lead')} />
      {read.error && <ErrorNote error={read.error} />}
      {read.value?.problems.map((problem) => (
        <ErrorNote key={`${problem.code} ${problem.message}`} error={problem} />
      ))}
      <Options legend={t('network.choose')}>
        {networks.map((network) => (
          <Option
            key={network.id}
            type="radio"
            name="network"
            disabled={network.comingSoon}
            checked={choices.network?.id === network.id}
            onChange={() => change(choicesForNetwork(network, choices))}
            title={networkName(network)}
          >
            <span>
              {network.origin !== 'builtIn' && `${t(network.origin === 'local' ? 'network.local' : 'network.own')} · `}
              {t('network.minimum')} <Money wei={network.minStakeWei} /> ·{' '}
              {t('network.engines', { engines: network.acceptedEngines.join(', ') })}
            </span>
            <span className="break-all">{network.relayUrl}</span>
            {network.comingSoon && <span className="text-warn">{t('network.comingSoon')}</span>}
          </Option>
        ))}
      </Options>
      <Link to="/settings/networks" className="self-start text-accent hover:underline">
        {t('network.add')}
      </Link>
    </>
  );
}
