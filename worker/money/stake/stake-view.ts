/** Everything about the node's stake at one glance. */
import type { StakeView } from '../../../contract/money-acts.ts';
import type { ChainClient } from '../../chain/chain-client.ts';
import { recoveryView } from '../views.ts';
import type { ChainActs } from './chain-acts.ts';

/** @throws ChainError */
export async function stakeView(chain: { readonly client: ChainClient; readonly acts: ChainActs }): Promise<StakeView> {
  const { staking, credits, benefitAddress, delegatedStaking, address, balanceWei } = chain.client;
  const { status, balanceWei: coinWei, creditsWei } = await staking.stake();
  return {
    status,
    balanceWei: String(coinWei),
    creditsWei: String(creditsWei),
    freeCreditsWei: String(await credits.of(address)),
    minimumWei: String(await staking.minimumWei()),
    walletWei: String(await balanceWei()),
    benefitAddress: await benefitAddress.get(),
    delegatorShare: await delegatedStaking.share(),
    delegations: (await delegatedStaking.delegations()).map(({ delegator, stakeWei }) => ({
      delegator,
      stakeWei: String(stakeWei),
    })),
    recovery: recoveryView(await chain.acts.recovery()),
  };
}
