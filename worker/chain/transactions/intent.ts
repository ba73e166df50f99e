/** A transaction from the intent to its end. */
import type { Hex } from '../../../protocol/hex.ts';
import type { FeeOffer, Signer, UnsignedTransaction } from '../../kit/signer.ts';

/** What should be done on the chain. */
export interface Intent {
  /** Chosen by the caller for this one act; the same ID never becomes a second transaction. */
  readonly id: string;
  /** For people and the ledger: `stake`, `tryUnstake` … */
  readonly kind: string;
  readonly to: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** Gas that the call may need beyond its estimate, if others can make it do more by the time it is mined. */
  readonly extraGas?: bigint;
}

/** One signed version of a transaction. All attempts of an intent have the same nonce, so at most one can be executed. */
export interface Attempt {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly fees: FeeOffer;
  readonly signedMs: number;
}

export function signAttempt(signer: Signer, unsigned: UnsignedTransaction, nowMs: number): Attempt {
  return { ...signer.signTransaction(unsigned), fees: unsigned.fees, signedMs: nowMs };
}

/** Where a transaction was found on the chain. */
export interface Inclusion {
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** Total cost of gas, including a parent chain's part. */
  readonly feeWei: bigint;
}

/**
 * signed → sent → mined → succeeded | reverted; in addition: sent → refused (no node ever accepted it), sent → lost
 * (someone else's transaction has its nonce), mined → sent and succeeded | reverted → sent (a reorganisation removed
 * it).
 */
export type TransactionState =
  /** On disk; has not left this machine. */
  | { readonly kind: 'signed' }
  /** May have left this machine; it does not matter whether it did, because only these bytes are ever sent again. */
  | { readonly kind: 'sent' }
  /** In a block that is not deep enough yet. */
  | { readonly kind: 'mined'; readonly inclusion: Inclusion }
  | { readonly kind: 'succeeded'; readonly inclusion: Inclusion; readonly settledMs: number }
  | { readonly kind: 'reverted'; readonly inclusion: Inclusion; readonly reason: string; readonly settledMs: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly settledMs: number }
  | { readonly kind: 'lost'; readonly settledMs: number };

export type Outcome = Extract<TransactionState, { settledMs: number }>;

export interface JournalEntry {
  /** Increases with time; a reader of outcomes stores it as its cursor. */
  readonly sequence: number;
  readonly intent: Intent;
  readonly chainId: number;
  /** EIP-55. */
  readonly account: Hex;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly recordedMs: number;
  /** In order of signing; the newest (and most expensive) is last. */
  readonly attempts: readonly [Attempt, ...Attempt[]];
  readonly state: TransactionState;
  /** What delays an open transaction, as far as known; empty = nothing. */
  readonly lastError: string;
}

export function newestAttempt(entry: JournalEntry): Attempt {
  return entry.attempts.at(-1) ?? entry.attempts[0];
}

export function outcomeOf(state: TransactionState): Outcome | null {
  return 'settledMs' in state ? state : null;
}
