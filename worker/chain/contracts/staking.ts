/** The node's own stake. Source: CHAIN_PROTOCOL 7.2, RELAY_PROTOCOL 8.3, 10.1. Amounts in wei. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { ChainError } from '../errors.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import type { AccountTransactions } from '../transactions/account-transactions.ts';
import type { Inclusion, Intent } from '../transactions/intent.ts';
import { type Act, submitOrResume } from './acts.ts';
import type { FreeCredits } from './credits.ts';
import { planStake, type Stake, type StakePlan } from './stake-plan.ts';
import type { StakingContracts } from './staking-contracts.ts';

const amount = z.tuple([z.bigint()]).transform(([value]) => value);

export interface StakingOptions {
  readonly contracts: StakingContracts;
  readonly credits: FreeCredits;
  readonly rpc: ChainRpc;
  readonly transactions: AccountTransactions;
  readonly self: Hex;
  readonly clock: Clock;
  /** The final check before coins go into the contract. @throws to prevent it */
  readonly beforeStake?: (() => Promise<void>) | undefined;
}

export class Staking {
  readonly #options: StakingOptions;

  constructor(options: StakingOptions) {
    this.#options = options;
  }

  /**
   * @param address default: this node.
   * @throws ChainError CHAIN_GENERATION_MISMATCH instead of guessing what an answer means
   */
  stake(address: Hex = this.#options.self): Promise<Stake> {
    return this.#options.contracts.stake(address);
  }

  minimumWei(): Promise<bigint> {
    return this.#options.contracts.nodeStaking.read(amount, 'getMinStakeAmount');
  }

  async forceDelaySeconds(): Promise<number> {
    return Number(await this.#options.contracts.nodeStaking.read(amount, 'getForceUnstakeDelay'));
  }

  /** Whether the network currently allows no change of stake. */
  isPaused(): Promise<boolean> {
    const { adapter, nodeStaking } = this.#options.contracts;
    return adapter.isPaused(nodeStaking);
  }

  /** What {@link setStake} would do now. @throws ChainError CHAIN_STAKE_BELOW_MINIMUM, CHAIN_STAKE_LEAVING */
  async plan(targetWei: bigint): Promise<StakePlan> {
    const [stake, freeCreditsWei, minimumWei] = [
      await this.stake(),
      await this.#options.credits.freeWei(this.#options.self),
      await this.minimumWei(),
    ];
    return planStake({ stake, freeCreditsWei, minimumWei, targetWei });
  }

  /**
   * Changes the stake to `targetWei`, using credits first.
   * @returns null if it already has this amount.
   * @throws as {@link plan}; CHAIN_GENERATION_MISMATCH, CHAIN_CONTRACTS_DISAGREE, CHAIN_PAUSED
   */
  setStake(targetWei: bigint, act: Act): Promise<Inclusion | null> {
    return submitOrResume(this.#options.transactions, act, async () => {
      const plan = await this.plan(targetWei);
      if (plan.kind === 'unchanged') return null;
      if (plan.kind === 'raise') await this.#options.beforeStake?.();
      return this.#intent(act, 'stake', [targetWei], plan.kind === 'raise' ? plan.valueWei : 0n);
    });
  }

  /**
   * Requests the stake back; the relay then returns it.
   * @returns null if it was already requested.
   * @throws ChainError CHAIN_NOT_STAKED
   */
  tryUnstake(act: Act): Promise<Inclusion | null> {
    return submitOrResume(this.#options.transactions, act, async () => {
      const { status } = await this.stake();
      if (status === 'Unstaked') throw new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
      return status === 'PendingUnstaked' ? null : this.#intent(act, 'tryUnstake');
    });
  }

  /**
   * The earliest second, in the chain's time, at which {@link forceUnstake} works.
   * @throws ChainError CHAIN_NOT_STAKED, CHAIN_UNSTAKE_NOT_ASKED
   */
  async forceAvailableAtSeconds(): Promise<number> {
    const { status, unstakeTimestampSeconds } = await this.stake();
    if (status === 'Unstaked') throw new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
    if (status === 'Staked') throw new ChainError('CHAIN_UNSTAKE_NOT_ASKED', 'the return of the stake was not requested');
    // Strictly after the delay: at exactly the delay the contract still refuses.
    return unstakeTimestampSeconds + (await this.forceDelaySeconds()) + 1;
  }

  /**
   * Withdraws the stake without the relay.
   * @throws ChainError CHAIN_FORCE_UNSTAKE_EARLY and as {@link forceAvailableAtSeconds}
   */
  async forceUnstake(act: Act): Promise<Inclusion> {
    const done = await submitOrResume(this.#options.transactions, act, async () => {
      const availableAtSeconds = await this.forceAvailableAtSeconds();
      const block = await this.#options.rpc.call('eth_getBlockByNumber', ['latest', false]);
      // The next block is later than the newest one; on a chain that only makes blocks on demand, our clock is closer.
      const nowSeconds = Math.max(Number(block?.timestamp ?? 0n) + 1, Math.floor(this.#options.clock.now() / 1000));
      if (nowSeconds < availableAtSeconds) {
        throw new ChainError(
          'CHAIN_FORCE_UNSTAKE_EARLY',
          `not before ${availableAtSeconds} in the chain's time (${nowSeconds})`,
          {
            availableAtSeconds,
            nowSeconds,
          },
        );
      }
      return this.#intent(act, 'forceUnstake');
    });
    if (done === null) throw new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
    return done;
  }

  /** Made only if the contracts are known to be the preset's, and amounts can change. */
  async #intent({ id }: Act, fn: string, args: readonly unknown[] = [], valueWei = 0n): Promise<Intent> {
    const { contracts } = this.#options;
    await contracts.verify();
    await contracts.assertNotPaused();
    return contracts.nodeStaking.intent(id, fn, args, valueWei);
  }
}
