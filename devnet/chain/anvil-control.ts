/** Commands that only a test chain has: balances, blocks, time, reorganisations. */
import { JsonRpcProvider, toQuantity } from 'ethers';
import { z } from 'zod';

const quantity = z.string().regex(/^0x[0-9a-f]+$/);

export class AnvilControl {
  /** Calls and transactions of the devnet itself and of tests; nodes have their own client. */
  readonly provider: JsonRpcProvider;

  constructor(url: string, chainId: number) {
    // No cache and no batches: every answer is the chain's current state.
    this.provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
  }

  async chainId(): Promise<number> {
    return Number(quantity.parse(await this.provider.send('eth_chainId', [])));
  }

  /** Sets (not adds to) a balance, in wei. */
  async setBalance(address: string, wei: bigint): Promise<void> {
    await this.provider.send('anvil_setBalance', [address, toQuantity(wei)]);
  }

  /** Sends a transaction from any account, without its key. Resolves with its hash once it is in a block. */
  async sendAs(from: string, call: { readonly to: string; readonly data: string; readonly valueWei: bigint }): Promise<string> {
    await this.provider.send('anvil_impersonateAccount', [from]);
    try {
      const { to, data, valueWei } = call;
      const hash = await this.provider.send('eth_sendTransaction', [{ from, to, data, value: toQuantity(valueWei) }]);
      if ((await this.provider.getTransactionReceipt(hash)) === null) await this.mine();
      return hash;
    } finally {
      await this.provider.send('anvil_stopImpersonatingAccount', [from]);
    }
  }

  async mine(blocks = 1): Promise<void> {
    await this.provider.send('anvil_mine', [toQuantity(blocks)]);
  }

  /** Moves the chain's clock and mines a block at the new time. */
  async passSeconds(seconds: number): Promise<void> {
    await this.provider.send('evm_increaseTime', [toQuantity(seconds)]);
    await this.mine();
  }

  async setAutomine(on: boolean): Promise<void> {
    await this.provider.send('evm_setAutomine', [on]);
  }

  /** Replaces the newest blocks with empty ones; their transactions are gone, from the pool too. */
  async reorganise(depth: number): Promise<void> {
    await this.provider.send('anvil_reorg', [depth, []]);
  }

  /** Removes a waiting transaction from the pool. */
  async drop(hash: string): Promise<void> {
    await this.provider.send('anvil_dropTransaction', [hash]);
  }

  async snapshot(): Promise<string> {
    return quantity.parse(await this.provider.send('evm_snapshot', []));
  }

  async restore(snapshot: string): Promise<void> {
    await this.provider.send('evm_revert', [snapshot]);
  }

  /** The whole chain in the format of its state file, gzipped. */
  async dumpState(): Promise<Buffer> {
    const hex = z
      .string()
      .regex(/^0x[0-9a-f]*$/)
      .parse(await this.provider.send('anvil_dumpState', []));
    return Buffer.from(hex.slice(2), 'hex');
  }

  close(): void {
    this.provider.destroy();
  }
}
