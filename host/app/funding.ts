/** What an address has, and needs for a stake on a network; read from its chain and contract without its key. */
import type { Funding } from '../../contract/first-run.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { planStake } from '../../worker/chain/contracts/stake-plan.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { preflightChain } from '../../worker/preflight/chain-parts.ts';
import type { Funds } from '../../worker/preflight/judgements.ts';
import { taskChainFunds } from '../../worker/preflight/task-chain-checks.ts';
import { openChainReader, openTaskChainReader } from './chain-reading.ts';

export interface FundingOptions {
  readonly preset: NetworkPreset;
  readonly address: Hex;
  readonly stakeWei: bigint;
  readonly clock: Clock;
  readonly random: Random;
  readonly proxies?: ProxyPolicy | undefined;
}

/**
 * Null if the network has no stake on a chain. @throws ChainError if the chain cannot be read, or a stake is being
 * returned
 */
export async function readFunding({ preset, stakeWei, ...asked }: FundingOptions): Promise<Funding | null> {
  if (preset.taskChain !== undefined) {
    const taskChain = openTaskChainReader({ preset: preset.taskChain, ...asked });
    try {
      const [funds, chainId] = await Promise.all([taskChainFunds(taskChain, stakeWei), taskChain.rpc.chainId()]);
      const { walletWei, stakeWei: toStakeWei, gasWei, reserveWei, stakedWei } = funds;
      const amounts = { walletWei, stakedWei, creditsWei: 0n, stakeWei: toStakeWei, gasWei, reserveWei };
      return fundingOf({ ...amounts, minimumWei: preset.minStakeWei }, chainId, asked.clock.now());
    } finally {
      await taskChain.close();
    }
  }
  if (preset.chain === undefined) return null;
  const client = openChainReader({ preset: preset.chain, ...asked });
  const parts = preflightChain({ client, preset: preset.chain, targetWei: stakeWei });
  try {
    const [funds, chainId] = await Promise.all([parts.funds(), parts.chainId()]);
    return fundingOf(amountsOf(funds), chainId, asked.clock.now());
  } finally {
    await client.close();
  }
}

interface Amounts {
  readonly walletWei: bigint;
  readonly stakedWei: bigint;
  readonly creditsWei: bigint;
  readonly minimumWei: bigint;
  readonly stakeWei: bigint;
  readonly gasWei: bigint;
  readonly reserveWei: bigint;
}

/** Judged as in the check before a start: an amount below the minimum counts as the minimum. */
function amountsOf({ walletWei, stake, freeCreditsWei, minimumWei, targetWei, gas }: Funds): Amounts {
  const plan = planStake({ stake, freeCreditsWei, minimumWei, targetWei: targetWei < minimumWei ? minimumWei : targetWei });
  const raises = plan.kind === 'raise';
  return {
    walletWei,
    stakedWei: stake.balanceWei + stake.creditsWei,
    creditsWei: raises ? plan.fromCreditsWei : 0n,
    minimumWei,
    stakeWei: raises ? plan.valueWei : 0n,
    gasWei: plan.kind === 'unchanged' ? 0n : gas.perTransactionWei,
    reserveWei: gas.perTransactionWei * BigInt(gas.reserveTransactions),
  };
}

function fundingOf(amounts: Amounts, chainId: number, readMs: number): Funding {
  const { walletWei, stakeWei, gasWei, reserveWei } = amounts;
  const neededWei = stakeWei + gasWei + reserveWei;
  const text = (wei: bigint) => String(wei);
  return {
    ...{ readMs, chainId, walletWei: text(walletWei), stakedWei: text(amounts.stakedWei), creditsWei: text(amounts.creditsWei) },
    ...{ minimumWei: text(amounts.minimumWei), stakeWei: text(stakeWei), gasWei: text(gasWei), reserveWei: text(reserveWei) },
    ...{ neededWei: text(neededWei), missingWei: text(neededWei > walletWei ? neededWei - walletWei : 0n) },
  };
}
