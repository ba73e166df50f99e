/** Whether the ledger and a source agree, and if not, what may explain the difference. Pure. */
import type { OwnAccount } from '../ledger/entry.ts';

/** A possible explanation: something that was reported but is missing or different in the ledger. */
export type Candidate =
  /** A record that waits or cannot be read. `wei`: the amount it would add to the account; null = unknown. */
  | { readonly kind: 'unbooked'; readonly record: string; readonly why: string; readonly wei: bigint | null }
  /**
   * A source that contradicts itself: `wei` is the amount that the later report would have added to the account beyond
   * the first.
   */
  | { readonly kind: 'contradiction'; readonly source: string; readonly wei: bigint }
  /** The relay counts more or fewer records than could be read. */
  | { readonly kind: 'missingRecords'; readonly list: string; readonly total: number; readonly held: number };

export type Agreement =
  | { readonly kind: 'agrees' }
  /** `byWei`: amount in the source minus amount in the ledger. */
  | { readonly kind: 'differs'; readonly byWei: bigint; readonly sinceMs: number; readonly candidates: readonly Candidate[] }
  /** `underWayWei`: what the balance already includes but the lists do not show yet; omitted for any other reason. */
  | { readonly kind: 'unknown'; readonly why: string; readonly underWayWei?: bigint };

type Source = 'relayBalance' | 'relayRecords' | 'chain' | 'none';

export interface AccountCheck {
  readonly account: OwnAccount;
  readonly against: Source;
  readonly ledgerWei: bigint;
  /** Null = the source did not report it. */
  readonly observedWei: bigint | null;
  readonly agreement: Agreement;
}

export interface Comparison {
  readonly account: OwnAccount;
  readonly against: Source;
  readonly ledgerWei: bigint;
  readonly observed: { readonly wei: bigint } | { readonly why: string };
  readonly candidates: readonly Candidate[];
}

export function compare({ account, against, ledgerWei, observed, candidates }: Comparison, sinceMs: number): AccountCheck {
  const common = { account, against, ledgerWei };
  if ('why' in observed) return { ...common, observedWei: null, agreement: { kind: 'unknown', why: observed.why } };
  const byWei = observed.wei - ledgerWei;
  const agreement: Agreement =
    byWei === 0n ? { kind: 'agrees' } : { kind: 'differs', byWei, sinceMs, candidates: likeliestFirst(candidates, byWei) };
  return { ...common, observedWei: observed.wei, agreement };
}

/** Candidates that explain the whole difference on their own come first. */
function likeliestFirst(candidates: readonly Candidate[], byWei: bigint): Candidate[] {
  const rank = (candidate: Candidate) => ('wei' in candidate && candidate.wei === byWei ? 0 : 1);
  return candidates.toSorted((a, b) => rank(a) - rank(b));
}
