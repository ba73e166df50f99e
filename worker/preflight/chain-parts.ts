/** What the checks need of the chain, from the chain client. */
import type { ChainPreset } from '../../contract/chain-preset.ts';
import type { ChainClient } from '../chain/chain-client.ts';
import type { PreflightChain } from './checks.ts';

export interface PreflightChainOptions {
  readonly client: Pick<ChainClient, 'address' | 'rpc' | 'staking' | 'credits' | 'legacy' | 'balanceWei'>;
  readonly preset: Pick<ChainPreset, 'chainId'>;
  /** Stake that the node wants, wei. */
  readonly targetWei: bigint;
  /** Whether the relay reads the preset's contracts; absent where it is not asked. */
  readonly relayStakes?: () => Promise<'seen' | 'unknown'>;
  /** Units of gas that one staking transaction takes. */
  readonly gasPerTransaction?: number;
  /** Transactions that must stay possible after staking: unstake, forced recovery. */
  readonly reserveTransactions?: number;
}

/** More than any of the staking contract's calls takes; far less than the limit that the official node pays for. */
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
        client.credits.of(client.address),
        client.staking.minimumWei(),
        client.rpc.call('eth_gasPrice', []),
      ]);
      const perTransactionWei = priceWei * BigInt(gasPerTransaction);
      return { walletWei, stake, freeCreditsWei, minimumWei, targetWei, gas: { perTransactionWei, reserveTransactions } };
    },
  };
}
