import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountCheckView, ReconciliationView } from '../../../contract/money.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { Badge, type Tone, ToneIcon } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money, moneyText } from '../../ui/money.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Time } from '../../ui/time.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { Difference } from './difference.tsx';

/** The ledger compared with relay and chain, account by account. */
export function ReconciliationCard({ onChanged }: { readonly onChanged: () => void }) {
  const { t } = useTranslation('earnings');
  const [transferWei, setTransferWei] = useState<string | null>(null);
  const read = useNodeRead('reconcile', (client, signal) => client.money.reconcile({}, { signal }));
  const { value } = read;
  return (
    <Card
      title={t('check.title')}
      aside={
        <Button small icon={RefreshCw} busy={read.loading && read.error === null} onClick={read.reload}>
          {t('check.again')}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        {read.error && <ErrorNote error={read.error} />}
        {value === null && read.error === null && (
          <div role="status" className="flex flex-col gap-2 text-faint">
            {t('check.running')}
            <Progress value={null} label={t('check.running')} />
          </div>
        )}
        {value !== null && <Verdict view={value} />}
        {value?.checks.map((check) => (
          <AccountCheck key={`${check.account} ${check.against}`} check={check} onTransfer={setTransferWei} />
        ))}
      </div>
      <AcknowledgeDialog
        byWei={transferWei}
        onClose={() => setTransferWei(null)}
        onDone={() => {
          setTransferWei(null);
          read.reload();
          onChanged();
        }}
      />
    </Card>
  );
}

function Verdict({ view: { atMs, checks } }: { readonly view: ReconciliationView }) {
  const { t } = useTranslation('earnings');
  const states = new Set(checks.filter(({ against }) => against !== 'none').map(({ agreement }) => agreement.state));
  const [tone, text] = states.has('differs')
    ? (['bad', 'check.some'] as const)
    : states.has('unknown')
      ? (['warn', 'check.notAll'] as const)
      : (['good', 'check.all'] as const);
  return (
    <p role="status" className="flex items-start gap-2">
      <ToneIcon tone={tone} className="mt-0.5" />
      <span>
        <span className="font-medium">{t(text)}</span>{' '}
        <span className="text-[13px] text-faint">
          <Time atMs={atMs} />
        </span>
      </span>
    </p>
  );
}

const TONES = { agrees: 'good', differs: 'bad', unknown: 'neutral' } as const satisfies Record<string, Tone>;

interface CheckProps {
  readonly check: AccountCheckView;
  readonly onTransfer: (byWei: string) => void;
}

function AccountCheck({ check: { account, against, ledgerWei, observedWei, agreement }, onTransfer }: CheckProps) {
  const { t } = useTranslation('earnings');
  return (
    <div className="flex flex-col gap-1.5 border-t border-line pt-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <p>
          <span className="font-medium">{t(`accounts.${account}`)}</span>{' '}
          {against !== 'none' && <span className="text-[13px] text-faint">· {t(`check.with.${against}`)}</span>}
        </p>
        <Badge tone={TONES[agreement.state]}>{t(`check.${agreement.state}`)}</Badge>
      </div>
      <p className="flex flex-wrap gap-x-4 text-[13px] text-soft">
        <span>
          {t('check.ledger')} <Money wei={ledgerWei} />
        </span>
        {observedWei !== null && (
          <span>
            {t('check.source')} <Money wei={observedWei} />
          </span>
        )}
      </p>
      {agreement.state === 'unknown' && (
        <p className="text-[13px] text-faint">
          {agreement.underWayWei === null
            ? agreement.why
            : t('check.underWay', { amount: moneyText(BigInt(agreement.underWayWei)) })}
        </p>
      )}
      {agreement.state === 'differs' && (
        <>
          <Difference agreement={agreement} sourceIsDelayed={account === 'relay'} />
          {account === 'wallet' && against === 'chain' && (
            <Button small className="self-start" onClick={() => onTransfer(agreement.byWei)}>
              {t('check.transfer')}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
