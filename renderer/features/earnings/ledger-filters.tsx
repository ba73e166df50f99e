import { useTranslation } from 'react-i18next';
import { COUNTERPARTIES, LEDGER_KINDS, type LedgerKind, OWN_ACCOUNTS } from '../../../contract/money.ts';
import { useOnChain } from '../../state/app-context.ts';
import { Select } from '../../ui/field.tsx';
import { ALL_ENTRIES, KIND_SETS, type KindSet, type LedgerFilter, PERIODS } from './ledger-filter.ts';

const KIND_SET_NAMES = Object.keys(KIND_SETS) as KindSet[];

/** For networks where the accounts are a wallet and a stake, and every movement is a transaction. */
const ACCOUNTS_ON_CHAIN = ['wallet', 'stake', ...COUNTERPARTIES] as const;
const KINDS_ON_CHAIN: ReadonlySet<LedgerKind> = new Set([
  ...(['taskPayment', 'groupShare', 'refundShare', 'stake', 'unstake', 'slash', 'gas', 'transfer', 'opening'] as const),
]);

export interface LedgerFiltersProps {
  readonly filter: LedgerFilter;
  readonly onChange: (filter: LedgerFilter) => void;
}

export function LedgerFilters({ filter, onChange }: LedgerFiltersProps) {
  const { t } = useTranslation('earnings');
  const onChain = useOnChain();
  const known = onChain ? ACCOUNTS_ON_CHAIN : [...OWN_ACCOUNTS, ...COUNTERPARTIES];
  const accounts = known.map((value) => ({ value, label: t(`accounts.${value}`) }));
  const sets = KIND_SET_NAMES.map((value) => ({ value, label: t(`ledger.kindSets.${value}`) }));
  const kinds = LEDGER_KINDS.filter((kind) => !onChain || KINDS_ON_CHAIN.has(kind)).map((value) => ({
    value,
    label: t(`kinds.${value}`),
  }));
  const change = (part: Partial<LedgerFilter>) => {
    const next = { ...filter, ...part };
    onChange(next.account === 'all' && next.kind === 'all' && next.period === 'all' ? ALL_ENTRIES : next);
  };
  return (
    <search aria-label={t('ledger.filter')} className="flex flex-wrap items-center gap-2 py-1">
      <Select
        aria-label={t('ledger.account')}
        className="h-8! w-auto!"
        value={filter.account}
        options={[{ value: 'all', label: t('ledger.allAccounts') }, ...accounts]}
        onChange={(account) => change({ account })}
      />
      <Select
        aria-label={t('ledger.kind')}
        className="h-8! w-auto!"
        value={filter.kind}
        options={[{ value: 'all', label: t('ledger.allKinds') }, ...sets, ...kinds]}
        onChange={(kind) => change({ kind })}
      />
      <Select
        aria-label={t('ledger.period')}
        className="h-8! w-auto!"
        value={filter.period}
        options={PERIODS.map((value) => ({ value, label: t(`ledger.periods.${value}`) }))}
        onChange={(period) => change({ period })}
      />
    </search>
  );
}
