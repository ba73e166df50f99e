import { QRCodeSVG } from 'qrcode.react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Funding } from '../../../contract/first-run.ts';
import type { NetworkView } from '../../../contract/host-contract.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { useHostRead, useRefresh } from '../../rpc/hooks.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Fact, Facts } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CopyButton } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { Progress } from '../../ui/progress.tsx';
import { clockTime } from '../../ui/time.tsx';
import { useDebounced } from '../../ui/use-throttled-text.ts';
import { stakeWei } from './choices.ts';
import type { StepProps } from './step-parts.tsx';

/** How often the chain is asked what has arrived. */
const REFRESH_MS = 6_000;

/** Which coin, on which chain, how much to the last wei, to which address, and how much has arrived. */
export function FundingPanel({ choices, change }: StepProps) {
  const { t } = useTranslation('firstRun');
  const { address, network } = choices;
  if (network === null || address === null) return <p className="text-soft">{t('funding.needs')}</p>;
  if (network.origin === 'local') return <p className="text-soft">{t('funding.local')}</p>;
  return <FundingDetails choices={choices} change={change} network={network} address={address} />;
}

interface FundingDetailsProps extends StepProps {
  readonly network: NetworkView;
  readonly address: string;
}

function FundingDetails({ choices, change, network, address }: FundingDetailsProps) {
  const { t } = useTranslation('firstRun');
  const wish = useDebounced(String(stakeWei(choices) ?? 0n), 400);
  const read = useHostRead(`funding ${network.id} ${address} ${wish}`, async (client, signal) => {
    const asked = { networkId: network.id, address: address as Hex, stakeWei: wish };
    return (await client.networks.funding(asked, { signal })).funding;
  });
  useRefresh(read, REFRESH_MS);
  const { value } = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per answer.
  useEffect(() => {
    if (value !== null) change({ funding: value });
  }, [value]);
  return (
    <section aria-label={t('funding.title')} className="grid gap-5 rounded-md border border-line p-4 sm:grid-cols-[auto_1fr]">
      <div className="flex flex-col items-center gap-1.5">
        {/* On white in both themes, including the margin, because cameras need dark on light. */}
        <QRCodeSVG
          value={address}
          size={168}
          level="M"
          marginSize={4}
          title={t('funding.qr')}
          role="img"
          className="rounded-md"
        />
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <div>
          <h3 className="font-semibold">{t('funding.title')}</h3>
          <p className="text-soft">{t('funding.what', { chain: network.title })}</p>
        </div>
        <Facts>
          <Fact name={t('stake.address')}>
            <span className="flex items-center gap-1">
              <code className="font-mono break-all">{address}</code>
              <CopyButton text={address} what={t('stake.address')} />
            </span>
          </Fact>
          <Fact name={t('funding.coin')}>{t('funding.coinIs')}</Fact>
          <Fact name={t('funding.chain')}>
            {network.title}
            {network.chainId !== null && ` · ${t('funding.chainId', { id: network.chainId })}`}
          </Fact>
          {value !== null && <FundingAmounts funding={value} />}
        </Facts>
        {value === null && read.loading && (
          <p role="status" className="text-faint">
            {t('funding.reading')}
          </p>
        )}
        {read.error && <ErrorNote error={read.error} />}
        {value !== null && <ReceivedAmount funding={value} stale={read.error !== null} />}
        <p className="text-[13px] text-warn">{t('funding.onlyHere', { chain: network.title })}</p>
      </div>
    </section>
  );
}

function FundingAmounts({ funding }: { readonly funding: Funding }) {
  const { t } = useTranslation('firstRun');
  const { stakeWei: stake, gasWei, reserveWei, creditsWei, stakedWei, minimumWei, neededWei } = funding;
  return (
    <>
      <Fact name={t('funding.minimum')}>
        <Money wei={minimumWei} />
      </Fact>
      {stakedWei !== '0' && (
        <Fact name={t('funding.staked')}>
          <Money wei={stakedWei} />
        </Fact>
      )}
      <Fact name={t('funding.stake')}>
        <Money wei={stake} />
      </Fact>
      {creditsWei !== '0' && (
        <Fact name={t('funding.credits')}>
          <Money wei={creditsWei} />
        </Fact>
      )}
      <Fact name={t('funding.gas')}>
        <Money wei={BigInt(gasWei) + BigInt(reserveWei)} />
      </Fact>
      <Fact name={<span className="font-medium text-ink">{t('funding.total')}</span>}>
        <span className="flex items-center gap-1 font-medium">
          <ExactAmount wei={neededWei} />
          <CopyButton text={exactCnxText(neededWei)} what={t('funding.total')} />
        </span>
      </Fact>
    </>
  );
}

/** All digits, because the amount sent must be sufficient to the last of them. */
function ExactAmount({ wei }: { readonly wei: string }) {
  return (
    <data value={wei} className="break-all tabular-nums">
      {exactCnxText(wei)} CNX
    </data>
  );
}

const exactCnxText = (wei: string): string => formatCnxExact(BigInt(wei));

function ReceivedAmount({ funding, stale }: { readonly funding: Funding; readonly stale: boolean }) {
  const { t, i18n } = useTranslation('firstRun');
  const { walletWei, neededWei, missingWei, readMs } = funding;
  const [has, needs] = [BigInt(walletWei), BigInt(neededWei)];
  const all = missingWei === '0';
  const part = all || needs === 0n ? 1 : Number((has * 1_000n) / needs) / 1_000;
  return (
    <div className="flex flex-col gap-1.5">
      <Progress value={part} label={t('funding.received')} />
      <p role="status" className="flex flex-wrap items-center gap-x-2">
        <ToneIcon tone={all ? 'good' : 'neutral'} />
        {t('funding.received')}: <Money wei={walletWei} />
        {!all && (
          <span className="text-soft">
            · {t('funding.missing')} <Money wei={missingWei} />
          </span>
        )}
      </p>
      <p className={stale ? 'text-[13px] text-warn' : 'text-[13px] text-faint'}>
        {t(stale ? 'funding.stale' : 'funding.live', { time: clockTime(readMs, i18n.language) })}
      </p>
    </div>
  );
}
