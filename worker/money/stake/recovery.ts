/** Withdrawing the stake without the relay: what to wait for, and how long. Pure. Source: CHAIN_PROTOCOL 7.2. */
import type { Stake } from '../../chain/contracts/stake-plan.ts';

export type Recovery =
  | { readonly kind: 'notStaked' }
  /** The return must be asked for first (tryUnstake). */
  | { readonly kind: 'notAsked' }
  /** Requested; the relay usually returns it before the delay has passed. Seconds in the chain's time. */
  | { readonly kind: 'waiting'; readonly availableAtSeconds: number; readonly remainingSeconds: number }
  | { readonly kind: 'available'; readonly availableAtSeconds: number };

export function recoveryOf(state: {
  readonly stake: Pick<Stake, 'status' | 'unstakeTimestampSeconds'>;
  readonly forceDelaySeconds: number;
  readonly chainNowSeconds: number;
}): Recovery {
  const { stake, forceDelaySeconds, chainNowSeconds } = state;
  switch (stake.status) {
    case 'Unstaked':
      return { kind: 'notStaked' };
    case 'Staked':
      return { kind: 'notAsked' };
    case 'PendingUnstaked': {
      // Strictly after the delay: at exactly the delay the contract still refuses.
      const availableAtSeconds = stake.unstakeTimestampSeconds + forceDelaySeconds + 1;
      const remainingSeconds = availableAtSeconds - chainNowSeconds;
      if (remainingSeconds <= 0) return { kind: 'available', availableAtSeconds };
      return { kind: 'waiting', availableAtSeconds, remainingSeconds };
    }
  }
}
