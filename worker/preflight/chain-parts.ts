/** What the checks need from the chain, provided by the chain client. */
import type { ChainPreset } from '../../contract/chain-preset.ts';
import type { ChainClient } from '../chain/chain-client.ts';
import type { PreflightChain } from './checks.ts';

export interface PreflightChainOptions {
  readonly client: Pick<ChainClient, 'address' | 'rpc' | 'staking' | 'credits' | 'legacy' | 'balanceWei'>;
  readonly preset: Pick<ChainPreset, 'chainId'>;
  /** The stake that the node wants, wei. */
  readonly targetWei: bigint;
  /** Whether the relay uses the preset's contracts; absent if that is not checked. */
  readonly relayStakes?: () => Promise<'seen' | 'unknown'>;
  /** Gas units of one staking transaction. */
  readonly gasPerTransaction?: number;
  /** Transactions that must remain affordable after staking: unstake, forced recovery. */
  readonly reserveTransactions?: number;
}

/** More than any call of the staking contract needs, but far less than the limit that the official node pays for. */
const GAS_PER_TRANSACTION = 400_000;

export function preflightChain(options: PreflightChainOptions): PreflightChain {
  const { client, preset, targetWei, relayStakes, gasPerTransaction = GAS_PER_TRANSACTION, reserveTransactions = 2 } = options;
  return {
    expectedId: preset.chainId,
    chainId: () => client.rpc.chainId(),
    async contracts() {
      const stake = await client.staking.stake();
      const isSettled = stake.status === 'Staked' && stake.balanceWei + stake.creditsWei === targetWei;
      return { isPaused: await client.staking.isPaused(), isSettled, relay: (await relayStakes?.()) ?? 'unknown' };
    },
    async legacyStake() {
      return (await client.legacy?.staking.stake(client.address)) ?? null;
    },
    async funds() {
      const [walletWei, stake, freeCreditsWei, minimumWei, priceWei] = await Promise.all([
        client.balanceWei(),
        client.staking.stake(),
        client.credits.freeWei(client.address),
        client.staking.minimumWei(),
        client.rpc.call('eth_gasPrice', []),
      ]);
      const perTransactionWei = priceWei * BigInt(gasPerTransaction);
      return { walletWei, stake, freeCreditsWei, minimumWei, targetWei, gas: { perTransactionWei, reserveTransactions } };
    },
  };
}
