/** Transactions that a host can request: the effects of each, its problems, and carrying it out. */
import type { ChainPreset, ContractAddresses } from '../../../contract/chain-preset.ts';
import type { ChainAct, ChainActPreview } from '../../../contract/money-acts.ts';
import { CodedError } from '../../../protocol/errors.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { ChainClient } from '../../chain/chain-client.ts';
import type { StakePlan } from '../../chain/contracts/stake-plan.ts';
import { ChainError } from '../../chain/errors.ts';
import type { ConfirmableAct } from '../confirmations.ts';
import { MoneyError } from '../errors.ts';
import { checkBenefitAddress } from './benefit-address.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import { forecastWeight, type SelectionBasis, type SelectionChange, type WeightForecast } from './weight-forecast.ts';

/** Coins that must be left for gas (RELAY_PROTOCOL 8.2: 0.001 CNX). */
const GAS_RESERVE_WEI = 10n ** 15n;

export interface ActPreview {
  readonly act: ConfirmableAct;
  readonly problems: readonly CodedError[];
  /** Null if the relay does not publish how it weighs the node, or the act does not change it. */
  readonly weight: WeightForecast | null;
}

export interface ChainActsOptions {
  readonly client: Pick<
    ChainClient,
    'address' | 'staking' | 'credits' | 'legacy' | 'benefitAddress' | 'delegatedStaking' | 'balanceWei' | 'rpc'
  >;
  /** Money of the host must never be sent to one of these by mistake. */
  readonly contracts: readonly Hex[];
  readonly preset: Pick<ChainPreset, 'chainId' | 'contracts' | 'legacyContracts' | 'gas'>;
  /** Addresses whose keys this program holds. */
  readonly ownAddresses: () => readonly Hex[];
  readonly basis: () => Promise<SelectionBasis | null>;
}

interface ContractCall {
  readonly contract: Exclude<keyof ContractAddresses, 'generation'>;
  readonly call: string;
}

const CALLS: Readonly<Record<ChainAct['kind'], ContractCall>> = {
  setStake: { contract: 'nodeStaking', call: 'stake' },
  setDelegatorShare: { contract: 'delegatedStaking', call: 'setDelegatorShare' },
  setBenefitAddress: { contract: 'benefitAddress', call: 'setBenefitAddress' },
  forceUnstake: { contract: 'nodeStaking', call: 'forceUnstake' },
  legacyTryUnstake: { contract: 'nodeStaking', call: 'tryUnstake' },
  legacyForceUnstake: { contract: 'nodeStaking', call: 'forceUnstake' },
};

export class ChainActs {
  readonly #options: ChainActsOptions;

  constructor(options: ChainActsOptions) {
    this.#options = options;
  }

  /** Reads the necessary data from chain and relay. @throws ChainError and the relay's errors if that fails */
  preview(act: ChainAct): Promise<ActPreview> {
    switch (act.kind) {
      case 'setStake':
        return this.#previewStake(BigInt(act.stakeWei));
      case 'setDelegatorShare':
        return this.#previewShare(act.percent);
      case 'setBenefitAddress':
        return this.#previewBenefitAddress(act.address);
      case 'forceUnstake':
        return this.#previewForceUnstake();
      case 'legacyTryUnstake':
      case 'legacyForceUnstake':
        return this.#previewLegacy(act.kind);
    }
  }

  /** Of the transaction itself: its destination, its function, and the maximum cost of its gas. */
  terms({ kind }: ChainAct): ChainActPreview['terms'] {
    const { chainId, contracts, legacyContracts = contracts, gas } = this.#options.preset;
    const { call, contract } = CALLS[kind];
    const to = (kind.startsWith('legacy') ? legacyContracts : contracts)[contract];
    return { chainId, contract: to, call, mostGasWei: String(BigInt(gas.limitCap) * gas.maxFeePerGasWei) };
  }

  /**
   * @param id identifies the act, so that repeated calls perform it once.
   * @returns the transaction's hash; null if nothing was left to do
   */
  async perform(act: ChainAct, id: string): Promise<Hex | null> {
    const { staking, delegatedStaking, benefitAddress } = this.#options.client;
    switch (act.kind) {
      case 'setStake':
        return (await staking.setStake(BigInt(act.stakeWei), { id }))?.hash ?? null;
      case 'setDelegatorShare':
        return (await delegatedStaking.setShare(act.percent, { id }))?.hash ?? null;
      case 'setBenefitAddress':
        return (await benefitAddress.set(act.address.trim() as Hex, { id }))?.hash ?? null;
      case 'forceUnstake':
        return (await staking.forceUnstake({ id })).hash;
      case 'legacyTryUnstake':
        return (await this.#legacy().staking.tryUnstake({ id }))?.hash ?? null;
      case 'legacyForceUnstake':
        return (await this.#legacy().staking.forceUnstake({ id })).hash;
    }
  }

  /** @param staking default: the contracts that the network currently uses */
  async recovery(staking = this.#options.client.staking): Promise<Recovery> {
    const { rpc } = this.#options.client;
    const stake = await staking.stake();
    const block = await rpc.call('eth_getBlockByNumber', ['latest', false]);
    const chainNowSeconds = Number(block?.timestamp ?? 0n);
    return recoveryOf({ stake, forceDelaySeconds: await staking.forceDelaySeconds(), chainNowSeconds });
  }

  async forecast(change: SelectionChange): Promise<WeightForecast | null> {
    const basis = await this.#options.basis();
    return basis === null ? null : forecastWeight(basis, change);
  }

  async #previewStake(targetWei: bigint): Promise<ActPreview> {
    const { staking, balanceWei } = this.#options.client;
    const { balanceWei: coinWei } = await staking.stake();
    const plan = await catchStakeError(() => staking.plan(targetWei));
    if (plan instanceof CodedError) {
      return { act: { kind: 'setStake', facts: { targetWei: String(targetWei) } }, problems: [plan], weight: null };
    }
    const amounts = amountsOf(plan);
    const facts = Object.fromEntries(Object.entries(amounts).map(([name, wei]) => [name, String(wei)]));
    const missingWei = amounts.valueWei + GAS_RESERVE_WEI - (await balanceWei());
    return {
      act: { kind: 'setStake', facts: { targetWei: String(targetWei), ...facts } },
      problems: missingWei > 0n ? [insufficientFunds(missingWei)] : [],
      weight: await this.forecast({ operatorStakeWei: coinWei + amounts.valueWei - amounts.returnedWei }),
    };
  }

  async #previewShare(percent: number): Promise<ActPreview> {
    const { delegatedStaking } = this.#options.client;
    const [before, delegatedWei] = [await delegatedStaking.share(), await delegatedStaking.totalWei()];
    return {
      act: { kind: 'setDelegatorShare', facts: { percent, before, delegatedWei: String(delegatedWei) } },
      problems: [],
      weight: await this.forecast({ delegatorShare: percent }),
    };
  }

  async #previewBenefitAddress(text: string): Promise<ActPreview> {
    const { client, ownAddresses, contracts } = this.#options;
    const present = await client.benefitAddress.get();
    const own = [client.address, ...ownAddresses()];
    const { address, checksummed, problems } = checkBenefitAddress({ text, ownAddresses: own, contracts, present });
    return { act: { kind: 'setBenefitAddress', facts: { address, checksummed } }, problems, weight: null };
  }

  /** @throws MoneyError MONEY_UNSUPPORTED */
  #legacy(): NonNullable<ChainClient['legacy']> {
    const { legacy } = this.#options.client;
    if (legacy !== null) return legacy;
    throw new MoneyError('MONEY_UNSUPPORTED', 'this network has left no contracts');
  }

  async #previewLegacy(kind: 'legacyTryUnstake' | 'legacyForceUnstake'): Promise<ActPreview> {
    const { staking, benefitAddress } = this.#legacy();
    const recovery = await this.recovery(staking);
    const { balanceWei, creditsWei } = await staking.stake();
    const destination = (await benefitAddress.get()) ?? this.#options.client.address;
    const facts = { balanceWei: String(balanceWei), creditsWei: String(creditsWei), destination };
    const problem = kind === 'legacyForceUnstake' || recovery.kind === 'notStaked' ? forceUnstakeProblem(recovery) : null;
    return { act: { kind, facts }, problems: problem === null ? [] : [problem], weight: null };
  }

  async #previewForceUnstake(): Promise<ActPreview> {
    const recovery = await this.recovery();
    const { balanceWei, creditsWei } = await this.#options.client.staking.stake();
    const facts = { balanceWei: String(balanceWei), creditsWei: String(creditsWei) };
    const problem = forceUnstakeProblem(recovery);
    return { act: { kind: 'forceUnstake', facts }, problems: problem === null ? [] : [problem], weight: null };
  }
}

/** Wei sent, taken from credits, returned, and returned as credits. */
function amountsOf(plan: StakePlan) {
  const none = { valueWei: 0n, fromCreditsWei: 0n, returnedWei: 0n, returnedCreditsWei: 0n };
  const { kind, ...amounts } = plan;
  return kind === 'unchanged' ? none : { ...none, ...amounts };
}

/** The result of `work`, or its CHAIN_STAKE_ error as a value. @throws every other error */
async function catchStakeError<Value>(work: () => Promise<Value>): Promise<Value | CodedError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ChainError && error.code.startsWith('CHAIN_STAKE_')) return error;
    throw error;
  }
}

function insufficientFunds(missingWei: bigint): ChainError {
  const text = `the wallet lacks ${missingWei} wei for the stake and its gas`;
  return new ChainError('CHAIN_INSUFFICIENT_FUNDS', text, { missingWei: String(missingWei) });
}

function forceUnstakeProblem(recovery: Recovery): ChainError | null {
  switch (recovery.kind) {
    case 'notStaked':
      return new ChainError('CHAIN_NOT_STAKED', 'this account has no stake');
    case 'notAsked':
      return new ChainError('CHAIN_UNSTAKE_NOT_ASKED', 'the return of the stake was not requested');
    case 'waiting': {
      const { availableAtSeconds, remainingSeconds } = recovery;
      return new ChainError('CHAIN_FORCE_UNSTAKE_EARLY', `not for another ${remainingSeconds} s`, { availableAtSeconds });
    }
    case 'available':
      return null;
  }
}
