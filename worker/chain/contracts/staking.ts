/** The node's own stake. Source: CHAIN_PROTOCOL 7.2, RELAY_PROTOCOL 8.3, 10.1. Amounts in wei. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { ChainError } from '../errors.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import type { AccountTransactions } from '../transactions/account-transactions.ts';
import type { Inclusion } from '../transactions/intent.ts';
import { type Act, perform } from './acts.ts';
import type { Contract } from './contract.ts';
import type { Credits } from './credits.ts';
import { planStake, STAKING_STATUSES, type Stake, type StakePlan } from './stake-plan.ts';

const amount = z.tuple([z.bigint()]).transform(([value]) => value);

const stakeSchema = z
  .tuple([z.tuple([z.string(), z.bigint(), z.bigint(), z.bigint(), z.bigint()])])
  .transform(([[, balanceWei, creditsWei, status, timestamp]], context): Stake => {
    const name = STAKING_STATUSES[Number(status)];
    if (name === undefined) context.addIssue({ code: 'custom', message: `unknown staking status ${status}` });
    return { status: name ?? 'Unstaked', balanceWei, creditsWei, unstakeTimestampSeconds: Number(timestamp) };
  });

export class Staking {
  readonly #contract: Contract;
  readonly #credits: Credits;
  readonly #rpc: ChainRpc;
  readonly #transactions: AccountTransactions;
  readonly #self: Hex;
  readonly #clock: Clock;

  constructor(options: {
    contract: Contract;
    credits: Credits;
    rpc: ChainRpc;
    transactions: AccountTransactions;
    self: Hex;
    clock: Clock;
  }) {
    this.#contract = options.contract;
    this.#credits = options.credits;
    this.#rpc = options.rpc;
    this.#transactions = options.transactions;
    this.#self = options.self;
    this.#clock = options.clock;
  }

  /** @param address Default: this node. */
  stake(address: Hex = this.#self): Promise<Stake> {
    return this.#contract.read(stakeSchema, 'getStakingInfo', address);
  }

  minimumWei(): Promise<bigint> {
    return this.#contract.read(amount, 'getMinStakeAmount');
  }

  async forceDelaySeconds(): Promise<number> {
    return Number(await this.#contract.read(amount, 'getForceUnstakeDelay'));
  }

  /** What {@link setStake} would do now. @throws ChainError CHAIN_STAKE_BELOW_MINIMUM, CHAIN_STAKE_LEAVING */
  async plan(targetWei: bigint): Promise<StakePlan> {
    const [stake, freeCreditsWei, minimumWei] = [await this.stake(), await this.#credits.of(this.#self), await this.minimumWei()];
    return planStake({ stake, freeCreditsWei, minimumWei, targetWei });
  }

  /** Brings the stake to `targetWei`, credits first. @returns null when it is there already. @throws as {@link plan} */
  setStake(targetWei: bigint, act: Act): Promise<Inclusion | null> {
    return perform(this.#transactions, act, async () => {
      const plan = await this.plan(targetWei);
      if (plan.kind === 'unchanged') return null;
      return this.#contract.intent(act.id, 'stake', [targetWei], plan.kind === 'raise' ? plan.valueWei : 0n);
    });
  }

  /** Asks for the stake back; the relay then returns it. @returns null when that was asked already. @throws ChainError CHAIN_NOT_STAKED */
  tryUnstake(act: Act): Promise<Inclusion | null> {
    return perform(this.#transactions, act, async () => {
      const { status } = await this.stake();
      if (status === 'Unstaked') throw new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
      return status === 'PendingUnstaked' ? null : this.#contract.intent(act.id, 'tryUnstake');
    });
  }

  /** First second, in the chain's time, at which {@link forceUnstake} works. @throws ChainError CHAIN_NOT_STAKED, CHAIN_UNSTAKE_NOT_ASKED */
  async forceAvailableAtSeconds(): Promise<number> {
    const { status, unstakeTimestampSeconds } = await this.stake();
    if (status === 'Unstaked') throw new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
    if (status === 'Staked') throw new ChainError('CHAIN_UNSTAKE_NOT_ASKED', 'the return of the stake was not asked for');
    // Strictly later than the delay: at exactly the delay the contract still refuses.
    return unstakeTimestampSeconds + (await this.forceDelaySeconds()) + 1;
  }

  /** Takes the stake out without the relay. @throws ChainError CHAIN_FORCE_UNSTAKE_EARLY and as {@link forceAvailableAtSeconds} */
  async forceUnstake(act: Act): Promise<Inclusion> {
    const done = await perform(this.#transactions, act, async () => {
      const availableAtSeconds = await this.forceAvailableAtSeconds();
      const block = await this.#rpc.call('eth_getBlockByNumber', ['latest', false]);
      // The next block is later than the newest one; on a chain that makes blocks only on demand, our clock knows more.
      const nowSeconds = Math.max(Number(block?.timestamp ?? 0n) + 1, Math.floor(this.#clock.now() / 1000));
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
      return this.#contract.intent(act.id, 'forceUnstake');
    });
    if (done === null) throw new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
    return done;
  }
}
