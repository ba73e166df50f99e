/** A complete view of the node's stake. */
import type { LegacyStakeView, StakeView } from '../../../contract/money-acts.ts';
import type { ChainClient } from '../../chain/chain-client.ts';
import { LEGACY_PREFIX } from '../../chain/contracts/open-contracts.ts';
import { newestAttempt } from '../../chain/transactions/intent.ts';
import { recoveryView } from '../views.ts';
import type { ChainActs } from './chain-acts.ts';

/** The parts of a client that are read; no key is needed for them. */
type StakeReading = Pick<
  ChainClient,
  'address' | 'rpc' | 'journal' | 'staking' | 'credits' | 'legacy' | 'benefitAddress' | 'delegatedStaking' | 'balanceWei'
>;

async function legacyView({ client, acts }: Parts): Promise<LegacyStakeView | null> {
  const { legacy, address, journal, rpc } = client;
  if (legacy === null) return null;
  const { status, balanceWei, creditsWei } = await legacy.staking.stake();
  const underWay = journal
    .open({ chainId: await rpc.chainId(), address })
    .filter(({ intent }) => intent.kind.startsWith(LEGACY_PREFIX))
    .at(-1);
  if (status === 'Unstaked' && underWay === undefined) return null;
  const benefit = await legacy.benefitAddress.get();
  return {
    status,
    balanceWei: String(balanceWei),
    creditsWei: String(creditsWei),
    destination: benefit ?? address,
    isOwnAddress: benefit === null,
    recovery: recoveryView(await acts.recovery(legacy.staking)),
    transaction: underWay === undefined ? null : newestAttempt(underWay).hash,
  };
}

interface Parts {
  readonly client: StakeReading;
  readonly acts: Pick<ChainActs, 'recovery'>;
}

/** @throws ChainError */
export async function stakeView(chain: Parts): Promise<StakeView> {
  const { staking, credits, benefitAddress, delegatedStaking, address, balanceWei } = chain.client;
  const { status, balanceWei: coinWei, creditsWei } = await staking.stake();
  return {
    status,
    balanceWei: String(coinWei),
    creditsWei: String(creditsWei),
    freeCreditsWei: String(await credits.freeWei(address)),
    minimumWei: String(await staking.minimumWei()),
    walletWei: String(await balanceWei()),
    benefitAddress: await benefitAddress.get(),
    delegatorShare: await delegatedStaking.share(),
    delegations: (await delegatedStaking.delegations()).map(({ delegator, stakeWei }) => ({
      delegator,
      stakeWei: String(stakeWei),
    })),
    recovery: recoveryView(await chain.acts.recovery()),
    legacy: await legacyView(chain),
    paused: await staking.isPaused(),
  };
}
