/** An account of the devnet itself; its transactions are signed here and mined at once, one at a time. */
import { type Interface, keccak256, type TransactionReceipt, Wallet } from 'ethers';
import type { Hex } from '../../protocol/hex.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import type { AnvilControl } from './anvil-control.ts';
import { contractInterface } from './compiled.ts';
import { DevnetChainError } from './errors.ts';

const GAS_LIMIT = 5_000_000n;
const GWEI = 10n ** 9n;

export interface Call {
  /** Null creates a contract. */
  readonly to: string | null;
  readonly data: string;
  readonly valueWei?: bigint;
  /** Default 5,000,000. */
  readonly gasLimit?: bigint;
}

export interface SendHooks {
  /** Called with the transaction's hash before it is sent, so that a stored hash shows later whether it was. */
  readonly onSigned?: (hash: Hex) => void;
}

export class DevnetAccount {
  readonly address: Hex;
  readonly #wallet: Wallet;
  readonly #control: AnvilControl;
  readonly #queue = new SerialQueue();

  constructor(privateKey: Hex, control: AnvilControl) {
    this.#wallet = new Wallet(privateKey);
    this.#control = control;
    this.address = this.#wallet.address as Hex;
  }

  nonce(): Promise<number> {
    return this.#control.provider.getTransactionCount(this.address);
  }

  /** @throws DevnetChainError DEVNET_CHAIN_REVERTED with the contract's message. */
  call(contract: string, abi: Interface, name: string, args: readonly unknown[], valueWei = 0n): Promise<TransactionReceipt> {
    return this.send({ to: contract, data: abi.encodeFunctionData(name, args), valueWei });
  }

  /** Resolves with the receipt once the transaction is in a block; mines the block if necessary. */
  send(call: Call, hooks: SendHooks = {}): Promise<TransactionReceipt> {
    return this.#queue.run(() => this.#send(call, hooks));
  }

  async #send({ to, data, valueWei = 0n, gasLimit = GAS_LIMIT }: Call, { onSigned }: SendHooks): Promise<TransactionReceipt> {
    const { provider } = this.#control;
    const [{ chainId }, nonce, block] = await Promise.all([provider.getNetwork(), this.nonce(), provider.getBlock('latest')]);
    const raw = await this.#wallet.signTransaction({
      type: 0,
      chainId,
      nonce,
      to,
      data,
      value: valueWei,
      gasLimit,
      gasPrice: 2n * (block?.baseFeePerGas ?? 0n) + 2n * GWEI,
    });
    onSigned?.(keccak256(raw) as Hex);
    // The provider's own method spends most of its time recovering the signer.
    const hash: string = await provider.send('eth_sendRawTransaction', [raw]);
    const receipt = (await provider.getTransactionReceipt(hash)) ?? (await this.#mine(hash));
    if (receipt.status === 1) return receipt;
    throw new DevnetChainError('DEVNET_CHAIN_REVERTED', await this.#reason({ to, data, valueWei }, receipt.blockNumber), {
      hash,
    });
  }

  async #mine(hash: string): Promise<TransactionReceipt> {
    await this.#control.mine();
    const receipt = await this.#control.provider.getTransactionReceipt(hash);
    if (receipt === null) throw new DevnetChainError('DEVNET_CHAIN_REVERTED', `${hash} was not mined`, { hash });
    return receipt;
  }

  /** A receipt does not contain the reason, but the same call on the state before its block does. */
  async #reason({ to, data, valueWei = 0n }: Call, block: number): Promise<string> {
    const call = { from: this.address, to, data, value: valueWei, blockTag: block - 1 };
    try {
      await this.#control.provider.call(call);
      return 'reverted without a reason';
    } catch (error) {
      const revertData: unknown = error instanceof Error && 'data' in error ? error.data : null;
      return typeof revertData === 'string' ? revertReason(revertData) : 'reverted without a reason';
    }
  }
}

/** The string of a `require`, the code of a panic, or the name and arguments of a custom error. */
function revertReason(data: string): string {
  const error = contractInterface('C26', 'NodeStaking').parseError(data);
  if (error === null) return `reverted with ${data}`;
  return error.name === 'Error' ? String(error.args[0]) : `${error.name}(${error.args.join(', ')})`;
}
