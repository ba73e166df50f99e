import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChainAct, StakeView } from '../../../contract/money-acts.ts';
import { useApp } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Money, moneyText } from '../../ui/money.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { useSorted } from '../../ui/use-sorted.ts';
import { ChainActDialog } from './chain-act-dialog.tsx';
import type { StakeCardProps } from './stake-card.tsx';

/** 0–99; null = not a valid share. */
function parsePercent(text: string): number | null {
  return /^\d{1,2}$/.test(text.trim()) ? Number(text) : null;
}

export function DelegationCard({ stake, onChanged }: StakeCardProps) {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const [text, setText] = useState<string | null>(null);
  const [act, setAct] = useState<ChainAct | null>(null);
  const { delegatorShare: share } = stake;
  const percent = text === null ? share : parsePercent(text);
  const changes = percent !== null && percent !== share;
  return (
    <Card title={t('delegation.title')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (changes) setAct({ kind: 'setDelegatorShare', percent });
        }}
      >
        <p className="text-soft">
          {share > 0
            ? t('delegation.open', { percent: share })
            : t(stake.delegations.length > 0 ? 'delegation.closedWith' : 'delegation.closed')}
        </p>
        <Field
          label={`${t('delegation.share')} (${t('delegation.unit')})`}
          hint={t('delegation.hint')}
          problem={percent === null ? t('delegation.bad') : null}
        >
          {(control) => (
            <TextInput
              {...control}
              className="max-w-28"
              inputMode="numeric"
              value={text ?? String(share)}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" className="self-end" disabled={!changes}>
          {t('delegation.change')}
        </Button>
      </form>
      <Delegators delegations={stake.delegations} />
      <ChainActDialog
        act={act}
        title={t('delegation.reviewTitle')}
        confirmLabel={t('stake.confirm')}
        benefitAddress={stake.benefitAddress}
        onClose={() => setAct(null)}
        onDone={(_, done) => {
          setAct(null);
          setText(null);
          onChanged();
          if (done.kind !== 'setDelegatorShare') return;
          toasts.getState().push({ tone: 'good', text: t('delegation.done', { percent: done.percent }) });
        }}
      />
    </Card>
  );
}

function Delegators({ delegations }: Pick<StakeView, 'delegations'>) {
  const { t } = useTranslation('wallet');
  const { rows, sort } = useSorted(delegations, {
    delegator: ({ delegator }) => delegator,
    staked: ({ stakeWei }) => BigInt(stakeWei),
  });
  if (delegations.length === 0) return <p className="pt-3 text-[13px] text-faint">{t('delegation.none')}</p>;
  const sum = delegations.reduce((all, { stakeWei }) => all + BigInt(stakeWei), 0n);
  const columns = [
    { key: 'delegator', label: t('delegation.delegator') },
    { key: 'staked', label: t('delegation.staked'), right: true },
  ];
  return (
    <div className="-mx-4 pt-3">
      <p className="px-4 text-[13px] text-soft">
        {t('delegation.delegators', { count: delegations.length, amount: moneyText(sum) })}
      </p>
      <Table caption={t('delegation.delegator')} columns={columns} sort={sort}>
        {rows.map(({ delegator, stakeWei }) => (
          <Row key={delegator}>
            <Cell head>
              <Hash value={delegator} what={t('delegation.delegator')} />
            </Cell>
            <Cell right>
              <Money wei={stakeWei} bare />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
