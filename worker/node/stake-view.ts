/** The stake on a chain, as shown to the host. */
import type { ChainStakeView } from '../../contract/life.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';

/** `barred`: the network's last verdict on this node, until its host lets it join again. */
export function stakeView(
  read: { readonly stake: Stake; readonly readMs: number } | null,
  barred: ChainStakeView['doubt'],
): ChainStakeView | null {
  if (read === null) return null;
  const { status, balanceWei, creditsWei } = read.stake;
  const doubt = status === 'Staked' ? barred : null;
  return { status, balanceWei: balanceWei.toString(), creditsWei: creditsWei.toString(), readMs: read.readMs, doubt };
}
