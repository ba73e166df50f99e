import { RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PreflightReport } from '../../../contract/preflight.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { type Loaded, useHostRead } from '../../rpc/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Working } from '../../ui/working.tsx';
import { PreflightList } from '../checks/preflight-list.tsx';
import { type Choices, incompleteSteps, profileDraftOf, type Step, stakeWei } from './choices.ts';
import { StepHeader, type StepProps } from './step-parts.tsx';

export function ChecksStep({ choices }: StepProps) {
  const { t } = useTranslation('firstRun');
  const draft = profileDraftOf(choices);
  const early = earlyCheck(choices);
  const key = JSON.stringify(draft ?? early);
  const read = useHostRead(`check ${key}`, async (client, signal) => {
    if (draft !== null) return client.profiles.check({ draft }, { signal });
    return early === null ? null : client.networks.check(early, { signal });
  });
  return (
    <>
      <StepHeader title={t('checks.title')} lead={t('checks.lead')} />
      {draft === null && <MissingSteps steps={incompleteSteps(choices)} early={early !== null} />}
      {(draft !== null || early !== null) && <CheckReport read={read} whole={draft !== null} />}
    </>
  );
}

/** The checks that are possible before a card is chosen: everything about network, chain, money and key. */
function earlyCheck(choices: Choices) {
  const { address, network } = choices;
  const wei = stakeWei(choices);
  // The local network runs only once it has a node.
  if (address === null || network === null || wei === null || network.origin === 'local') return null;
  return { networkId: network.id, address: address as Hex, stakeWei: String(wei) };
}

function MissingSteps({ steps, early }: { readonly steps: readonly Step[]; readonly early: boolean }) {
  const { t } = useTranslation('firstRun');
  return (
    <div>
      <p>{t(early ? 'checks.missingSome' : 'checks.missing')}</p>
      <ul className="mt-1 flex flex-wrap gap-4">
        {steps.map((step) => (
          <li key={step}>
            <Link to={`/first-run/${step}`} className="text-accent underline">
              {t(`steps.${step}`)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function CheckReport({ read, whole }: { readonly read: Loaded<PreflightReport | null>; readonly whole: boolean }) {
  const { t } = useTranslation('firstRun');
  const { value } = read;
  return (
    <>
      {read.loading && <Working label={t('checks.running')} onCancel={read.cancel} />}
      {read.error && <ErrorNote error={read.error} />}
      {value !== null && (
        <>
          {whole && (
            <p role="status" className="font-medium">
              {t(value.mayStart ? 'checks.may' : 'checks.mayNot')}
            </p>
          )}
          <PreflightList report={value} />
        </>
      )}
      <Button icon={RefreshCw} className="self-start" busy={read.loading} onClick={read.reload}>
        {t('checks.run')}
      </Button>
    </>
  );
}
