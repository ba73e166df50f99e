/** What to do about an open transaction, based on what was just read. Pure; the loop around it acts. */
import { elapsedMs, type Monotonic } from '../../../protocol/monotonic.ts';
import type { Receipt } from '../rpc/methods.ts';
import type { JournalEntry } from './intent.ts';

export interface Observation {
  readonly headBlock: bigint;
  /** Number of this account's transactions on the chain: the nonce of the next. */
  readonly accountNonce: number;
  /** Of the attempt that is in a block. */
  readonly receipt: Receipt | null;
  /** Which attempt is pending in the node's pool. */
  readonly waiting: 'newest' | 'older' | 'none';
  /** The head at which the nonce was first seen taken without a receipt of ours; null while it is free. */
  readonly takenSinceBlock: bigint | null;
}

/** When the newest attempt was sent, as far as this process knows. */
export interface Broadcasts {
  readonly first: Monotonic;
  readonly last: Monotonic;
}

export interface FollowRules {
  readonly confirmations: number;
  readonly stuckAfterMs: number;
  /** Time between two broadcasts of a transaction that no pool shows: some nodes never show it before it is in a block. */
  readonly rebroadcastMs: number;
}

export type NextStep =
  | { readonly kind: 'wait' }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'replace' }
  | { readonly kind: 'noteMined'; readonly receipt: Receipt }
  | { readonly kind: 'settle'; readonly receipt: Receipt }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'lose' }
  /** Transactions before this one are missing from the chain. */
  | { readonly kind: 'fillGap' };

export function nextStep(input: {
  entry: JournalEntry;
  seen: Observation;
  broadcasts: Broadcasts | null;
  rules: FollowRules;
  now: Monotonic;
  /** How long ago the newest attempt was signed, by its date: for transactions sent by an earlier process. */
  signedAgoMs: number;
}): NextStep {
  const { entry, seen, broadcasts, rules, now, signedAgoMs } = input;
  const { state } = entry;
  if (seen.receipt !== null) {
    const { blockNumber, blockHash } = seen.receipt;
    if (seen.headBlock - blockNumber + 1n >= BigInt(rules.confirmations)) return { kind: 'settle', receipt: seen.receipt };
    const isNoted = state.kind === 'mined' && state.inclusion.blockHash === blockHash;
    return isNoted ? { kind: 'wait' } : { kind: 'noteMined', receipt: seen.receipt };
  }
  // It was in a block and no longer is.
  if (state.kind === 'mined') return { kind: 'reopen' };
  if (seen.accountNonce > entry.nonce) {
    // Receipts may lag behind the count; only as many blocks as make a transaction final prove the loss.
    const since = seen.takenSinceBlock ?? seen.headBlock;
    return seen.headBlock - since >= BigInt(rules.confirmations) ? { kind: 'lose' } : { kind: 'wait' };
  }
  if (seen.accountNonce < entry.nonce) return { kind: 'fillGap' };
  if (state.kind === 'signed') return { kind: 'broadcast' };
  if (broadcasts === null && seen.waiting !== 'newest') return { kind: 'broadcast' };
  const waitedMs = broadcasts === null ? signedAgoMs : elapsedMs(broadcasts.first, now);
  if (waitedMs >= rules.stuckAfterMs) return { kind: 'replace' };
  if (seen.waiting === 'newest' || broadcasts === null) return { kind: 'wait' };
  return elapsedMs(broadcasts.last, now) >= rules.rebroadcastMs ? { kind: 'broadcast' } : { kind: 'wait' };
}
