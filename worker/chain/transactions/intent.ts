/** A transaction from the wish for it to its end. */
import type { Hex } from '../../../protocol/hex.ts';
import type { FeeOffer, Signer, UnsignedTransaction } from '../../kit/signer.ts';

/** What is to be done on the chain. */
export interface Intent {
  /** Chosen by the caller for this one act; whatever happens, the same id never becomes a second transaction. */
  readonly id: string;
  /** For people and the ledger: `stake`, `tryUnstake` … */
  readonly kind: string;
  readonly to: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** Gas that the call may need beyond its estimate, where others can make it do more by the time it is mined. */
  readonly extraGas?: bigint;
}

/** One signed form of a transaction. All attempts of an intent have the same nonce, so at most one can be executed. */
export interface Attempt {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly fees: FeeOffer;
  readonly signedMs: number;
}

export function signAttempt(signer: Signer, unsigned: UnsignedTransaction, nowMs: number): Attempt {
  return { ...signer.signTransaction(unsigned), fees: unsigned.fees, signedMs: nowMs };
}

/** Where a transaction was found in the chain. */
export interface Inclusion {
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** What gas cost altogether, a parent chain's part included. */
  readonly feeWei: bigint;
}

/**
 * signed → sent → mined → succeeded | reverted, and beside that:
 * sent → refused (no node ever took it), sent → lost (a stranger's transaction has its nonce),
 * mined → sent and succeeded | reverted → sent (a reorganisation threw it out).
 */
export type TransactionState =
  /** On disk; has not left this machine. */
  | { readonly kind: 'signed' }
  /** May have left this machine; whether it did does not matter, since only these bytes are ever sent again. */
  | { readonly kind: 'sent' }
  /** In a block that is not deep enough yet. */
  | { readonly kind: 'mined'; readonly inclusion: Inclusion }
  | { readonly kind: 'succeeded'; readonly inclusion: Inclusion; readonly settledMs: number }
  | { readonly kind: 'reverted'; readonly inclusion: Inclusion; readonly reason: string; readonly settledMs: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly settledMs: number }
  | { readonly kind: 'lost'; readonly settledMs: number };

export type Outcome = Extract<TransactionState, { settledMs: number }>;

export interface JournalEntry {
  /** Rises with time; a reader of outcomes keeps it as its cursor. */
  readonly sequence: number;
  readonly intent: Intent;
  readonly chainId: number;
  /** EIP-55. */
  readonly account: Hex;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly recordedMs: number;
  /** In order of signing, the newest (and dearest) last. */
  readonly attempts: readonly [Attempt, ...Attempt[]];
  readonly state: TransactionState;
  /** What holds an open transaction up, as far as known; empty = nothing. */
  readonly lastError: string;
}

export function newestAttempt(entry: JournalEntry): Attempt {
  return entry.attempts.at(-1) ?? entry.attempts[0];
}

export function outcomeOf(state: TransactionState): Outcome | null {
  return 'settledMs' in state ? state : null;
}
