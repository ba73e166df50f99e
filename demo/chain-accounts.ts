/** Accounts as the chain itself reports them: stake, coin, and every wei of gas that they have paid. */
import { toQuantity } from 'ethers';
import { z } from 'zod';
import type { Anvil } from '../devnet/chain/anvil.ts';
import { SLASH_RECEIVER } from '../devnet/chain/deploy.ts';
import type { DevnetChain } from '../devnet/chain/devnet-chain.ts';
import type { Hex } from '../protocol/hex.ts';

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/)
  .transform(BigInt);
const receiptsSchema = z.array(z.object({ from: z.string(), gasUsed: quantity, effectiveGasPrice: quantity }));

interface ChainAccount {
  readonly stakeWei: bigint;
  readonly walletWei: bigint;
  readonly gasWei: bigint;
}

export interface ChainAccounts {
  /** By lower-case address. */
  readonly accounts: ReadonlyMap<string, ChainAccount>;
  /** Coin that the staking contract holds in total. */
  readonly heldWei: bigint;
  /** Stake that was taken from slashed nodes. */
  readonly slashedWei: bigint;
}

export async function readChainAccounts(chain: DevnetChain, addresses: readonly Hex[]): Promise<ChainAccounts> {
  const { provider } = chain.anvil.control;
  const gas = await createGasReader(chain.anvil)();
  const read = async (address: Hex) => {
    const { walletWei, stakedWei } = await chain.fundsOf(address);
    const key = address.toLowerCase();
    return [key, { stakeWei: stakedWei, walletWei, gasWei: gas.get(key) ?? 0n }] as const;
  };
  return {
    accounts: new Map(await Promise.all(addresses.map(read))),
    heldWei: await provider.getBalance(chain.contracts.nodeStaking),
    slashedWei: await provider.getBalance(SLASH_RECEIVER),
  };
}

/** Wei of gas by lower-case address, from the receipts of every block; each is read once. */
export function createGasReader({ control }: Pick<Anvil, 'control'>): () => Promise<ReadonlyMap<string, bigint>> {
  const paid = new Map<string, bigint>();
  let read = 0;
  return async () => {
    const head = await control.provider.getBlockNumber();
    while (read < head) {
      const answer = await control.provider.send('eth_getBlockReceipts', [toQuantity(read + 1)]);
      for (const { from, gasUsed, effectiveGasPrice } of receiptsSchema.parse(answer)) {
        const key = from.toLowerCase();
        paid.set(key, (paid.get(key) ?? 0n) + gasUsed * effectiveGasPrice);
      }
      read += 1;
    }
    return paid;
  };
}
