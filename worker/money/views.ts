/** The money in the contract's form: bigint becomes text, errors become views. */
import type { z } from 'zod';
import type * as money from '../../contract/money.ts';
import type * as acts from '../../contract/money-acts.ts';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { serialiseError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { WithdrawalRecord } from '../../protocol/wire/relay-account.ts';
import type { EarningsRow, EarningsSums } from './earnings/earnings.ts';
import { EARNED_KINDS, legsOf, type RecordedEntry } from './ledger/entry.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { AccountCheck, Agreement, Candidate } from './reconcile/compare.ts';
import type { Recovery } from './stake/recovery.ts';
import type { Range, WeightForecast } from './stake/weight-forecast.ts';
import type { WithdrawalPreview } from './withdraw/preview.ts';

export function errorView(error: unknown): ErrorView {
  const { code, message, data } = serialiseError(error);
  return { code, message, data: { ...data } };
}

export function entryView(entry: RecordedEntry): money.LedgerEntryView {
  const { id, source, kind, from, to, wei, atMs, observedMs, task, tx, record, labels } = entry;
  return { id, source, kind, from, to, wei: String(wei), atMs, observedMs, task, transaction: tx, record, ...labels };
}

/** What a task has brought, with every entry about it. */
export function taskMoney(ledger: Pick<Ledger, 'ofTask'>, commitment: Hex): z.input<typeof money.taskMoneySchema> {
  const entries = ledger.ofTask(commitment);
  const earned = entries.filter(({ kind }) => (EARNED_KINDS as readonly string[]).includes(kind)).flatMap(legsOf);
  return { entries: entries.map(entryView), earnedWei: String(earned.reduce((sum, { wei }) => sum + wei, 0n)) };
}

export function sumsView(sums: EarningsSums): money.EarningsSumsView {
  return {
    tasksWei: String(sums.tasksWei),
    delegationWei: String(sums.delegationWei),
    emissionWei: String(sums.emissionWei),
    earnedWei: String(sums.earnedWei),
    gasWei: String(sums.gasWei),
    withdrawalFeesWei: String(sums.withdrawalFeesWei),
    slashedWei: String(sums.slashedWei),
    netWei: String(sums.netWei),
    payments: sums.payments,
  };
}

export function rowView({ fromMs, toMs, group, ...sums }: EarningsRow) {
  return { fromMs, toMs, group, ...sumsView(sums) };
}

export function checkView({ account, against, ledgerWei, observedWei, agreement }: AccountCheck): money.AccountCheckView {
  return {
    account,
    against,
    ledgerWei: String(ledgerWei),
    observedWei: observedWei === null ? null : String(observedWei),
    agreement: agreementView(agreement),
  };
}

function agreementView(agreement: Agreement): money.AccountCheckView['agreement'] {
  switch (agreement.kind) {
    case 'agrees':
      return { state: 'agrees' };
    case 'unknown':
      return { state: 'unknown', why: agreement.why, underWayWei: agreement.underWayWei?.toString() ?? null };
    case 'differs': {
      const { byWei, sinceMs, candidates } = agreement;
      return { state: 'differs', byWei: String(byWei), sinceMs, candidates: candidates.map(candidateView) };
    }
  }
}

function candidateView(candidate: Candidate) {
  switch (candidate.kind) {
    case 'unbooked':
      return { ...candidate, wei: candidate.wei === null ? null : String(candidate.wei) };
    case 'contradiction':
      return { ...candidate, wei: String(candidate.wei) };
    case 'missingRecords':
      return candidate;
  }
}

export function forecastView({ before, after, unknowns }: WeightForecast): acts.WeightForecastView {
  const text = ({ low, high }: Range<bigint>) => ({ low: String(low), high: String(high) });
  return {
    before: { ...before, scoreStakeWei: String(before.scoreStakeWei) },
    after: { ...after, scoreStakeWei: text(after.scoreStakeWei) },
    unknowns: [...unknowns],
  };
}

export function previewView(
  preview: WithdrawalPreview,
  confirmation: acts.WithdrawalPreviewView['confirmation'],
): acts.WithdrawalPreviewView {
  return {
    amountWei: String(preview.amountWei),
    feeWei: String(preview.feeWei),
    chargedWei: String(preview.chargedWei),
    balanceWei: String(preview.balanceWei),
    remainingWei: String(preview.remainingWei),
    minimumWei: String(preview.minimumWei),
    mostWei: String(preview.mostWei),
    destination: preview.destination,
    toOwnKey: preview.toOwnKey,
    network: preview.network,
    leftToday: preview.leftToday,
    weight: preview.weight === null ? null : forecastView(preview.weight),
    problems: preview.problems.map(errorView),
    confirmation,
  };
}

export function withdrawalView(record: WithdrawalRecord): z.output<typeof acts.withdrawalSchema> {
  return {
    record: record.id,
    createdMs: record.createdMs,
    amountWei: String(record.wei),
    feeWei: String(record.feeWei),
    destination: record.benefitAddress,
    status: record.status,
    transaction: record.txHash,
  };
}

export function recoveryView(recovery: Recovery): acts.StakeView['recovery'] {
  switch (recovery.kind) {
    case 'waiting': {
      const { availableAtSeconds, remainingSeconds } = recovery;
      return { state: 'waiting', availableAtSeconds, remainingSeconds };
    }
    case 'available':
      return { state: 'available', availableAtSeconds: recovery.availableAtSeconds };
    default:
      return { state: recovery.kind };
  }
}
