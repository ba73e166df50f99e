/** The chain's part of the ledger: opening balances, staking logs, gas. Pure. Source: CHAIN_PROTOCOL 7.2, 7.4. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, sameAddress, weiField } from '../../../protocol/wire/fields.ts';
import { entryOf, type LedgerEntry } from '../ledger/entry.ts';
import { type Posting, postingOf } from '../records/posting.ts';
import type { StakingLog } from './staking-log.ts';

/** What the node had on the chain when its ledger was opened; this includes everything up to this block. */
export const openingSchema = z.object({
  chainId: z.number().int(),
  blockNumber: z.number().int(),
  atMs: z.number(),
  walletWei: weiField,
  /** Sum over all staking contracts. */
  stakeWei: weiField,
  /** By NodeStaking contract. Absent in records from when a network had only one. */
  stakes: z.array(z.object({ contract: addressField, wei: weiField, benefitAddress: addressField.nullable() })).optional(),
  /** For that single contract. */
  benefitAddress: addressField.nullable().default(null),
});
export type Opening = z.output<typeof openingSchema>;
export type StoredOpening = z.input<typeof openingSchema>;

export function postOpening({ chainId, atMs, walletWei, stakeWei }: Opening): Posting {
  const common = { kind: 'opening', from: 'outside', atMs } as const;
  return postingOf(
    entryOf({ ...common, source: `opening:${chainId}:wallet`, to: 'wallet', wei: walletWei }),
    entryOf({ ...common, source: `opening:${chainId}:stake`, to: 'stake', wei: stakeWei }),
  );
}

/** The node's staked coins after some logs, by NodeStaking contract. */
export type StakeFold = ReadonlyMap<string, ContractFold>;
interface ContractFold {
  readonly stakeWei: bigint;
  readonly returnsTo: 'wallet' | 'benefit';
}

/** @param unnamed the contract to assume if an older record names none */
export function foldAtOpening(opening: Opening, { self, unnamed }: { self: Hex; unnamed: Hex }): StakeFold {
  const { stakeWei, benefitAddress, stakes = [{ contract: unnamed, wei: stakeWei, benefitAddress }] } = opening;
  return new Map(
    stakes.map((stake) => [
      stake.contract.toLowerCase(),
      { stakeWei: stake.wei, returnsTo: returnsTo(stake.benefitAddress, self) },
    ]),
  );
}

const EMPTY_FOLD: ContractFold = { stakeWei: 0n, returnsTo: 'wallet' };

function returnsTo(benefitAddress: Hex | null, self: Hex): ContractFold['returnsTo'] {
  return benefitAddress === null || sameAddress(benefitAddress, self) ? 'wallet' : 'benefit';
}

/**
 * Processes one log after another, in the chain's order. NodeStaked reports new totals, so the movement is the
 * difference from the previous log; the others report what moved. Credits are not coins and move nothing here.
 * @param slashedTask the task for which the relay says it slashed, if known
 */
export function postStakingLog(
  log: StakingLog,
  folds: StakeFold,
  { self, unnamed, slashedTask }: { readonly self: Hex; readonly unnamed: Hex; readonly slashedTask: Hex | null },
): { readonly posting: Posting; readonly fold: StakeFold } {
  const contract = (log.contract ?? unnamed).toLowerCase();
  const fold = folds.get(contract) ?? EMPTY_FOLD;
  const foldsWith = (next: ContractFold): StakeFold => new Map(folds).set(contract, next);
  if (log.event === 'BenefitAddressSet') {
    return { posting: postingOf(), fold: foldsWith({ ...fold, returnsTo: returnsTo(log.benefitAddress, self) }) };
  }
  const common = { source: `log:${log.txHash}:${log.logIndex}`, atMs: log.atMs, tx: log.txHash };
  const back = { ...common, kind: 'unstake', from: 'stake', to: fold.returnsTo } as const;
  const empty = { ...fold, stakeWei: 0n };
  const posted = (entry: LedgerEntry, next: ContractFold) => ({ posting: postingOf(entry), fold: foldsWith(next) });
  switch (log.event) {
    case 'NodeStaked': {
      const change = log.balanceWei - fold.stakeWei;
      const next = { ...fold, stakeWei: log.balanceWei };
      if (change < 0n) return posted(entryOf({ ...back, wei: -change }), next);
      return posted(entryOf({ ...common, kind: 'stake', from: 'wallet', to: 'stake', wei: change }), next);
    }
    case 'NodeUnstaked':
      return posted(entryOf({ ...back, wei: log.balanceWei }), empty);
    case 'NodeSlashed': {
      const slash = { kind: 'slash', from: 'stake', to: 'slashed', wei: log.balanceWei, task: slashedTask } as const;
      return posted(entryOf({ ...common, ...slash }), empty);
    }
  }
}

/** A settled transaction in this node's journal, as stored. */
export const transactionSchema = z.object({
  intentId: z.string(),
  /** `NodeStaking.stake` … */
  kind: z.string(),
  hash: z.string(),
  blockNumber: z.number().int(),
  succeeded: z.boolean(),
  valueWei: weiField,
  /** Total cost of gas. */
  feeWei: weiField,
  settledMs: z.number(),
});
export type Transaction = z.output<typeof transactionSchema>;
export type StoredTransaction = z.input<typeof transactionSchema>;

/** For these contracts, logs report where the value went. */
const VALUE_IN_LOGS = /^(NodeStaking|Node)\./;

export function postTransaction(transaction: Transaction, opening: Opening | null): Posting {
  const { hash, kind, succeeded, valueWei, feeWei, settledMs: atMs } = transaction;
  if (opening === null) return { kind: 'wait', why: 'the opening balances are not known yet' };
  if (transaction.blockNumber <= opening.blockNumber) return postingOf();
  const common = { atMs, tx: hash };
  const gas = entryOf({ ...common, source: `tx:${hash}:gas`, kind: 'gas', from: 'wallet', to: 'gas', wei: feeWei });
  if (!succeeded || valueWei === 0n || VALUE_IN_LOGS.test(kind)) return postingOf(gas);
  const value = { source: `tx:${hash}:value`, kind: 'transfer', from: 'wallet', to: 'outside', wei: valueWei } as const;
  return postingOf(gas, entryOf({ ...common, ...value }));
}

/** Coins that entered or left the wallet without a transaction of ours, as acknowledged by the host. */
export function transferEntry(seen: { chainId: number; blockNumber: number; byWei: bigint; atMs: number }): LedgerEntry {
  const common = { source: `wallet:${seen.chainId}:${seen.blockNumber}`, kind: 'transfer', atMs: seen.atMs } as const;
  if (seen.byWei < 0n) return entryOf({ ...common, from: 'wallet', to: 'outside', wei: -seen.byWei });
  return entryOf({ ...common, from: 'outside', to: 'wallet', wei: seen.byWei });
}
