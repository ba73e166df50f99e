/** One deployed contract: typed reads, and calls as intents. */
import type { Interface } from 'ethers';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField } from '../../../protocol/wire/fields.ts';
import { ChainError, isChainError, RpcRefused } from '../errors.ts';
import { explainRefusal } from '../revert.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import type { Intent } from '../transactions/intent.ts';

/** A block by its number. */
export type BlockTag = bigint | 'latest';

const oneAddress = z.tuple([addressField]).transform(([address]) => address);

export class Contract {
  readonly name: string;
  readonly address: Hex;
  readonly #interface: Interface;
  readonly #rpc: ChainRpc;
  readonly #prefix: string;

  /** @param contract `prefix`: of its name in the journal's transactions. */
  constructor(contract: { name: string; face: Interface; address: Hex; rpc: ChainRpc; prefix?: string }) {
    this.name = contract.name;
    this.address = contract.address;
    this.#interface = contract.face;
    this.#rpc = contract.rpc;
    this.#prefix = contract.prefix ?? '';
  }

  /**
   * The outputs of a view function, parsed with `schema`.
   * @throws ChainError CHAIN_REVERTED, CHAIN_NO_CONTRACT and those of an RPC call
   */
  async read<Schema extends z.ZodType>(schema: Schema, fn: string, ...args: readonly unknown[]): Promise<z.output<Schema>> {
    return this.readAt('latest', schema, fn, ...args);
  }

  /** As {@link read}, for the state after a block: reads of the same block are consistent. */
  async readAt<Schema extends z.ZodType>(
    block: BlockTag,
    schema: Schema,
    fn: string,
    ...args: readonly unknown[]
  ): Promise<z.output<Schema>> {
    const outputs = this.#decode(fn, await this.call(fn, args, block));
    const checked = schema.safeParse(outputs);
    if (checked.success) return checked.data;
    throw this.foreignContractError(fn, checked.error);
  }

  /** @throws as {@link read} */
  readAddress(fn: string): Promise<Hex> {
    return this.read(oneAddress, fn);
  }

  /**
   * The contract's objection if an account without a stake made this call now; null if none.
   * @throws those of an RPC call
   */
  async refusal(fn: string): Promise<string | null> {
    try {
      await this.call(fn, []);
      return null;
    } catch (error) {
      if (isChainError(error, 'CHAIN_REVERTED')) return error.message;
      throw error;
    }
  }

  /** @param id See {@link Intent}. */
  intent(id: string, fn: string, args: readonly unknown[] = [], valueWei = 0n): Intent {
    return {
      id,
      kind: `${this.#prefix}${this.name}.${fn}`,
      to: this.address,
      data: this.#interface.encodeFunctionData(fn, args) as Hex,
      valueWei,
    };
  }

  /** The raw answer. @throws ChainError CHAIN_REVERTED and those of an RPC call */
  async call(fn: string, args: readonly unknown[], block: BlockTag = 'latest'): Promise<Hex> {
    const data = this.#interface.encodeFunctionData(fn, args);
    try {
      return await this.#rpc.call('eth_call', [
        { to: this.address, data },
        block === 'latest' ? block : `0x${block.toString(16)}`,
      ]);
    } catch (error) {
      throw error instanceof RpcRefused ? explainRefusal(error) : error;
    }
  }

  #decode(fn: string, answer: Hex): unknown[] {
    try {
      return this.#interface.decodeFunctionResult(fn, answer).toArray(true);
    } catch (cause) {
      throw this.foreignContractError(fn, cause);
    }
  }

  /** An account without code answers every call with an empty result. */
  foreignContractError(fn: string, cause: unknown): ChainError {
    const text = `the account at ${this.address} does not answer ${fn} as ${this.name} does`;
    return new ChainError('CHAIN_NO_CONTRACT', text, { contract: this.name, address: this.address, function: fn }, { cause });
  }
}
