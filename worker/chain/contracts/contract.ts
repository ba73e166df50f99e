/** One deployed contract: typed reads, and calls as intents. */
import { Interface, type InterfaceAbi } from 'ethers';
import type { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import benefitAddressAbi from '../../../resources/abi/BenefitAddress.json' with { type: 'json' };
import creditsAbi from '../../../resources/abi/Credits.json' with { type: 'json' };
import delegatedStakingAbi from '../../../resources/abi/DelegatedStaking.json' with { type: 'json' };
import nodeStakingAbi from '../../../resources/abi/NodeStaking.json' with { type: 'json' };
import { ChainError, RpcRefused } from '../errors.ts';
import { explainRefusal } from '../revert.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import type { Intent } from '../transactions/intent.ts';

const ABIS = {
  NodeStaking: nodeStakingAbi,
  Credits: creditsAbi,
  BenefitAddress: benefitAddressAbi,
  DelegatedStaking: delegatedStakingAbi,
} as const satisfies Record<string, InterfaceAbi>;
export type ContractName = keyof typeof ABIS;

export class Contract {
  readonly name: ContractName;
  readonly address: Hex;
  readonly #interface: Interface;
  readonly #rpc: ChainRpc;

  constructor({ name, address, rpc }: { name: ContractName; address: Hex; rpc: ChainRpc }) {
    this.name = name;
    this.address = address;
    this.#interface = new Interface(ABIS[name]);
    this.#rpc = rpc;
  }

  /**
   * The outputs of a view function, as `schema` says.
   * @throws ChainError CHAIN_REVERTED, CHAIN_NO_CONTRACT and those of an RPC call
   */
  async read<Schema extends z.ZodType>(schema: Schema, fn: string, ...args: readonly unknown[]): Promise<z.output<Schema>> {
    const outputs = this.#decode(fn, await this.#call(fn, args));
    const checked = schema.safeParse(outputs);
    if (checked.success) return checked.data;
    throw this.#foreign(fn, checked.error);
  }

  /** @param id See {@link Intent}. */
  intent(id: string, fn: string, args: readonly unknown[] = [], valueWei = 0n): Intent {
    return {
      id,
      kind: `${this.name}.${fn}`,
      to: this.address,
      data: this.#interface.encodeFunctionData(fn, args) as Hex,
      valueWei,
    };
  }

  async #call(fn: string, args: readonly unknown[]): Promise<Hex> {
    try {
      return await this.#rpc.call('eth_call', [
        { to: this.address, data: this.#interface.encodeFunctionData(fn, args) },
        'latest',
      ]);
    } catch (error) {
      throw error instanceof RpcRefused ? explainRefusal(error) : error;
    }
  }

  #decode(fn: string, answer: Hex): unknown[] {
    try {
      return this.#interface.decodeFunctionResult(fn, answer).toArray(true);
    } catch (cause) {
      throw this.#foreign(fn, cause);
    }
  }

  /** An account without code answers every call with nothing. */
  #foreign(fn: string, cause: unknown): ChainError {
    const text = `what lies at ${this.address} does not answer ${fn} as ${this.name} does`;
    return new ChainError('CHAIN_NO_CONTRACT', text, { contract: this.name, address: this.address, function: fn }, { cause });
  }
}
