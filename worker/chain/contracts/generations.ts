/**
 * The differences between the generations of the staking contracts, behind one interface. Nothing outside this file
 * needs to know the generation. Source: RELAY_PROTOCOL 8.3, 10.1, CHAIN_PROTOCOL 7.2.
 */
import type { Interface } from 'ethers';
import type { ContractAddresses, StakingGeneration } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import { ChainError } from '../errors.ts';
import type { ChainRpc, Log } from '../rpc/methods.ts';
import type { Contract } from './contract.ts';
import { type FreeCredits, freeCreditsOf, NO_CREDITS } from './credits.ts';
import { INTERFACES } from './interfaces.ts';
import { STAKING_STATUSES, type Stake } from './stake-plan.ts';

export const STAKING_EVENTS = ['NodeStaked', 'NodeUnstaked', 'NodeSlashed'] as const;

/** Totals in NodeStaked; in other events, what was returned or taken. Wei. */
interface StakingEvent {
  readonly event: (typeof STAKING_EVENTS)[number];
  readonly balanceWei: bigint;
  readonly creditsWei: bigint;
}

export interface GenerationAdapter {
  readonly generation: StakingGeneration;
  readonly nodeStaking: Interface;
  readonly delegatedStaking: Interface;
  /** Length in bytes of every answer to getStakingInfo, which distinguishes the generations. Decoding does not. */
  readonly stakeBytes: number;
  /** Decodes an answer of that length. */
  decodeStake(answer: Hex): Stake;
  /** Topics of {@link STAKING_EVENTS}. */
  readonly topics: readonly string[];
  /** Null for any other event. */
  decodeEvent(log: Pick<Log, 'topics' | 'data'>): StakingEvent | null;
  readonly credits: (contracts: ContractAddresses, rpc: ChainRpc) => FreeCredits;
  /**
   * Checks, in addition to the length of an answer, what must hold before coins move.
   * @throws ChainError CHAIN_CONTRACTS_DISAGREE
   */
  confirm(staking: Contract, contracts: ContractAddresses): Promise<void>;
  /** Whether the network has paused changes of amounts. */
  isPaused(staking: Contract): Promise<boolean>;
}

const J26: GenerationAdapter = {
  generation: 'J26',
  nodeStaking: INTERFACES.J26.NodeStaking,
  delegatedStaking: INTERFACES.J26.DelegatedStaking,
  stakeBytes: 160,
  decodeStake: stakeDecoder(INTERFACES.J26.NodeStaking),
  topics: stakingTopics(INTERFACES.J26.NodeStaking),
  decodeEvent: eventDecoder(INTERFACES.J26.NodeStaking),
  credits: (contracts, rpc) => ('credits' in contracts ? freeCreditsOf(contracts.credits, rpc) : NO_CREDITS),
  confirm: async () => {},
  isPaused: async () => false,
};

const C26: GenerationAdapter = {
  generation: 'C26',
  nodeStaking: INTERFACES.C26.NodeStaking,
  delegatedStaking: INTERFACES.C26.DelegatedStaking,
  stakeBytes: 128,
  decodeStake: stakeDecoder(INTERFACES.C26.NodeStaking),
  topics: stakingTopics(INTERFACES.C26.NodeStaking),
  decodeEvent: eventDecoder(INTERFACES.C26.NodeStaking),
  credits: () => NO_CREDITS,
  async confirm(staking, contracts) {
    const paysTo = await staking.readAddress('ba');
    if (sameAddress(paysTo, contracts.benefitAddress)) return;
    throw new ChainError('CHAIN_CONTRACTS_DISAGREE', `${staking.address} looks beneficial addresses up at ${paysTo}`, {
      nodeStaking: staking.address,
      expected: contracts.benefitAddress,
      found: paysTo,
    });
  },
  /** The observer cannot be read. Without an observer, a call from a node without a stake fails because of that first. */
  async isPaused(staking) {
    return (await staking.refusal('tryUnstake')) === NO_OBSERVER;
  },
};

/** The contracts' message while the network has paused every change of an amount. */
const NO_OBSERVER = 'observer not configured';

const ADAPTERS: Readonly<Record<StakingGeneration, GenerationAdapter>> = { J26, C26 };

export function adapterOf(generation: StakingGeneration): GenerationAdapter {
  return ADAPTERS[generation];
}

/** Null: not a known generation. */
export function generationByBytes(bytes: number): StakingGeneration | null {
  return Object.values(ADAPTERS).find(({ stakeBytes }) => stakeBytes === bytes)?.generation ?? null;
}

function stakingTopics(face: Interface): string[] {
  return STAKING_EVENTS.map((name) => face.getEvent(name)?.topicHash ?? '');
}

function stakeDecoder(face: Interface): (answer: Hex) => Stake {
  return (answer) => {
    const fields = face.decodeFunctionResult('getStakingInfo', answer)[0];
    const { stakedBalance, stakedCredits = 0n, status, unstakeTimestamp } = fields.toObject();
    const name = STAKING_STATUSES[Number(status)];
    if (name === undefined) throw new ChainError('CHAIN_NO_CONTRACT', `unknown staking status ${status}`);
    return {
      status: name,
      balanceWei: stakedBalance,
      creditsWei: stakedCredits,
      unstakeTimestampSeconds: Number(unstakeTimestamp),
    };
  };
}

function eventDecoder(face: Interface): GenerationAdapter['decodeEvent'] {
  return ({ topics, data }) => {
    const parsed = face.parseLog({ topics, data });
    const event = STAKING_EVENTS.find((name) => name === parsed?.name);
    if (parsed === null || event === undefined) return null;
    const { stakedBalance, stakedCredits = 0n } = parsed.args.toObject();
    return { event, balanceWei: stakedBalance, creditsWei: stakedCredits };
  };
}
