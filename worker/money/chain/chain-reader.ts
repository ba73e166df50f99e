/** What the ledger needs to know of the chain: nothing that is not final. */
import { z } from 'zod';
import type { ChainPreset } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, sameAddress } from '../../../protocol/wire/fields.ts';
import { Contract } from '../../chain/contracts/contract.ts';
import { ChainError } from '../../chain/errors.ts';
import type { ChainRpc, Log } from '../../chain/rpc/methods.ts';
import { stakingLogFilter } from './staking-log.ts';

export interface Holdings {
  readonly walletWei: bigint;
  /** Coin in the staking contract, credits not counted. */
  readonly stakeWei: bigint;
  /** Null while it is not set. */
  readonly benefitAddress: Hex | null;
}

/** Every method rejects with a ChainError. */
export interface ChainReader {
  chainId(): Promise<number>;
  /** The newest block that counts as final. */
  finalBlock(): Promise<number>;
  blockTimeMs(block: number): Promise<number>;
  /** The node's staking logs of some blocks, both ends included. */
  logs(range: { readonly from: number; readonly to: number }): Promise<readonly Log[]>;
  /** Coin of the node's key at this very moment. */
  latestWalletWei(): Promise<bigint>;
  /** As they were after a block. */
  holdings(block: number): Promise<Holdings>;
}

const ZERO = `0x${'0'.repeat(40)}`;
const stakeSchema = z
  .tuple([z.tuple([z.string(), z.bigint(), z.bigint(), z.bigint(), z.bigint()])])
  .transform(([[, balanceWei]]) => balanceWei);
const benefitSchema = z.tuple([addressField]).transform(([address]) => (sameAddress(address, ZERO) ? null : address));

export interface ChainReaderOptions {
  readonly rpc: ChainRpc;
  readonly preset: Pick<ChainPreset, 'contracts' | 'confirmations'>;
  readonly node: Hex;
}

export function createChainReader({ rpc, preset, node }: ChainReaderOptions): ChainReader {
  const { contracts, confirmations } = preset;
  const filter = stakingLogFilter(contracts, node);
  return {
    chainId: () => rpc.chainId(),
    // A block's own is the first of its confirmations.
    finalBlock: async () => Math.max(0, Number(await rpc.call('eth_blockNumber', [])) - confirmations + 1),
    async blockTimeMs(block) {
      const found = await rpc.call('eth_getBlockByNumber', [tagOf(block), false]);
      if (found === null) throw new ChainError('CHAIN_BAD_ANSWER', `the chain does not know its block ${block}`, { block });
      return Number(found.timestamp) * 1000;
    },
    logs: ({ from, to }) => rpc.call('eth_getLogs', [{ ...filter, fromBlock: tagOf(from), toBlock: tagOf(to) }]),
    latestWalletWei: () => rpc.call('eth_getBalance', [node, 'latest']),
    async holdings(block) {
      const past = at(rpc, block);
      const staking = new Contract({ name: 'NodeStaking', address: contracts.nodeStaking, rpc: past });
      const benefit = new Contract({ name: 'BenefitAddress', address: contracts.benefitAddress, rpc: past });
      return {
        walletWei: await past.call('eth_getBalance', [node, 'latest']),
        stakeWei: await staking.read(stakeSchema, 'getStakingInfo', node),
        benefitAddress: await benefit.read(benefitSchema, 'getBenefitAddress', node),
      };
    },
  };
}

/** The chain as if this block were its last one. */
function at(rpc: ChainRpc, block: number): ChainRpc {
  return {
    chainId: () => rpc.chainId(),
    call: (method, params) =>
      rpc.call(
        method,
        params.map((param) => (param === 'latest' ? tagOf(block) : param)),
      ),
  };
}

function tagOf(block: number): string {
  return `0x${block.toString(16)}`;
}
