/**
 * The staking contracts of one preset. The chain's actual generation is determined before a stake is believed or coins
 * move. The raw length of an answer shows it, because a newer contract's fewer fields decode from an older one's answer
 * without an error, but with wrong values. Source: RELAY_PROTOCOL 10.1.
 */
import { ZeroAddress } from 'ethers';
import type { ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { ChainError, isChainError } from '../errors.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import { Contract } from './contract.ts';
import { adapterOf, type GenerationAdapter, generationByBytes } from './generations.ts';
import { BENEFIT_ADDRESS_INTERFACE } from './interfaces.ts';
import type { Stake } from './stake-plan.ts';

export class StakingContracts {
  readonly addresses: ContractAddresses;
  readonly adapter: GenerationAdapter;
  readonly nodeStaking: Contract;
  readonly delegatedStaking: Contract;
  readonly benefitAddress: Contract;
  #verified: Promise<void> | null = null;

  /** @param prefix of the contracts' names in the journal's transactions */
  constructor({ addresses, rpc, prefix = '' }: { addresses: ContractAddresses; rpc: ChainRpc; prefix?: string }) {
    this.addresses = addresses;
    this.adapter = adapterOf(addresses.generation);
    const { nodeStaking, delegatedStaking } = this.adapter;
    const contract = (name: 'NodeStaking' | 'DelegatedStaking' | 'BenefitAddress', face: typeof nodeStaking, address: Hex) =>
      new Contract({ name, face, address, rpc, prefix });
    this.nodeStaking = contract('NodeStaking', nodeStaking, addresses.nodeStaking);
    this.delegatedStaking = contract('DelegatedStaking', delegatedStaking, addresses.delegatedStaking);
    this.benefitAddress = contract('BenefitAddress', BENEFIT_ADDRESS_INTERFACE, addresses.benefitAddress);
  }

  /** @throws ChainError CHAIN_NO_CONTRACT, CHAIN_GENERATION_MISMATCH and those of an RPC call */
  async stake(address: Hex): Promise<Stake> {
    return this.adapter.decodeStake(await this.#stakeAnswer(address));
  }

  /**
   * Checks that these are the preset's contracts; once, and again until they are.
   * @throws ChainError CHAIN_NO_CONTRACT, CHAIN_GENERATION_MISMATCH, CHAIN_CONTRACTS_DISAGREE and those of an RPC call
   */
  async verify(): Promise<void> {
    const asked = this.#verified ?? this.#verify();
    this.#verified = asked;
    try {
      await asked;
    } catch (error) {
      if (this.#verified === asked) this.#verified = null;
      throw error;
    }
  }

  /** @throws ChainError CHAIN_PAUSED while the network allows no change of amounts */
  async assertNotPaused(): Promise<void> {
    if (!(await this.adapter.isPaused(this.nodeStaking))) return;
    throw new ChainError('CHAIN_PAUSED', 'the network has paused every change of a stake (observer not configured)');
  }

  async #verify(): Promise<void> {
    await this.#stakeAnswer(ZeroAddress as Hex);
    await this.adapter.confirm(this.nodeStaking, this.addresses);
  }

  async #stakeAnswer(address: Hex): Promise<Hex> {
    const answer = await this.nodeStaking.call('getStakingInfo', [address]).catch((error: unknown) => {
      if (isChainError(error, 'CHAIN_REVERTED')) throw this.#foreign(null, 0);
      throw error;
    });
    const bytes = (answer.length - 2) / 2;
    if (bytes === this.adapter.stakeBytes) return answer;
    if (bytes === 0) throw this.nodeStaking.foreignContractError('getStakingInfo', 'no answer');
    throw this.#foreign(generationByBytes(bytes), bytes);
  }

  #foreign(found: string | null, bytes: number): ChainError {
    const { nodeStaking, generation } = this.addresses;
    const text = `${nodeStaking} is of generation ${found ?? 'unknown'}, the preset says ${generation}`;
    return new ChainError('CHAIN_GENERATION_MISMATCH', text, { nodeStaking, expected: generation, found, bytes });
  }
}
