import { useTranslation } from 'react-i18next';
import type { LedgerKind } from '../../../contract/money.ts';
import type { TaskDetail } from '../../../contract/tasks.ts';
import { Fact, Facts } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';
import { TransactionHash } from '../../ui/transaction.tsx';

const NAMED_KINDS = ['taskPayment', 'groupShare', 'refundShare', 'slash'] as const;

function kindKey(kind: LedgerKind): (typeof NAMED_KINDS)[number] | 'other' {
  return NAMED_KINDS.find((named) => named === kind) ?? 'other';
}

/** Contracts pay a group from the fee of its winner, when the winner's result is reported, or never. */
function isNeverPaid({ status, paymentWei }: TaskDetail['task']): boolean {
  return status === 'EndGroupRefund' && paymentWei === '0';
}

/** Why nothing is booked: it never will be, or has not been yet. */
function unbookedReason(task: TaskDetail['task']): 'settlementNever' | 'settlementNothing' | 'settlementNone' {
  if (isNeverPaid(task)) return 'settlementNever';
  return task.paymentWei === '0' ? 'settlementNothing' : 'settlementNone';
}

export function TaskSettlement({ detail: { task, money } }: { readonly detail: TaskDetail }) {
  const { t } = useTranslation('tasks');
  return (
    <div className="flex flex-col gap-2">
      <Facts>
        <Fact name={t('drawer.feeOffered')}>
          <Money wei={task.feeWei} />
        </Fact>
        <Fact name={t('drawer.earned')}>
          <Money wei={money.earnedWei} signed />
        </Fact>
      </Facts>
      {money.entries.length === 0 && <p className="text-faint">{t(`drawer.${unbookedReason(task)}`)}</p>}
      {money.entries.map((entry) => (
        <div
          key={entry.id}
          className="flex flex-wrap items-baseline justify-between gap-x-3 border-t border-line pt-2 text-[13px]"
        >
          <span>{t(`ledger.${kindKey(entry.kind)}`)}</span>
          <span className="text-faint">
            <Time atMs={entry.atMs} />
            {entry.record !== null && (
              <span className="ml-2">{t('drawer.record', { number: entry.record.split('/').at(-1) ?? entry.record })}</span>
            )}
            {entry.transaction !== null && <TransactionHash value={entry.transaction} />}
          </span>
          <Money wei={entry.from === 'network' ? entry.wei : `-${entry.wei}`} signed />
        </div>
      ))}
    </div>
  );
}
