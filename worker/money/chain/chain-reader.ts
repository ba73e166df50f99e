/** What the ledger needs to know about the chain, all of it final. */
import { z } from 'zod';
import type { ChainPreset, ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, sameAddress } from '../../../protocol/wire/fields.ts';
import { StakingContracts } from '../../chain/contracts/staking-contracts.ts';
import { ChainError } from '../../chain/errors.ts';
import type { ChainRpc, Log } from '../../chain/rpc/methods.ts';
import { stakingLogFilter, stakingSources } from './staking-log.ts';

interface Holdings {
  readonly walletWei: bigint;
  /** Coins in all staking contracts, without credits. */
  readonly stakeWei: bigint;
  /** Each contract separately; abandoned ones come first. */
  readonly stakes: readonly ContractHoldings[];
}

interface ContractHoldings {
  /** NodeStaking. */
  readonly contract: Hex;
  readonly wei: bigint;
  /** Null if it is not set. */
  readonly benefitAddress: Hex | null;
}

/** Every method rejects with a ChainError. */
export interface ChainReader {
  chainId(): Promise<number>;
  /** The newest block that counts as final. */
  finalBlock(): Promise<number>;
  blockTimeMs(block: number): Promise<number>;
  /** The node's staking logs of a range of blocks, both ends inclusive. */
  logs(range: { readonly from: number; readonly to: number }): Promise<readonly Log[]>;
  /** Most blocks that can be requested at once; null = no limit found so far. */
  readonly logRange?: number | null;
  /** Current balance of the node's key. */
  latestWalletWei(): Promise<bigint>;
  /** The holdings after a block. */
  holdings(block: number): Promise<Holdings>;
}

const ZERO = `0x${'0'.repeat(40)}`;
const benefitSchema = z.tuple([addressField]).transform(([address]) => (sameAddress(address, ZERO) ? null : address));

export interface ChainReaderOptions {
  readonly rpc: ChainRpc;
  readonly preset: Pick<ChainPreset, 'contracts' | 'legacyContracts' | 'confirmations'>;
  readonly node: Hex;
}

export function createChainReader({ rpc, preset, node }: ChainReaderOptions): ChainReader {
  const { confirmations } = preset;
  const sources = stakingSources(preset);
  const holdings = async (block: number): Promise<Holdings> => {
    const past = rpcAtBlock(rpc, block);
    const holdingsOf = async (addresses: ContractAddresses): Promise<ContractHoldings> => {
      const contracts = new StakingContracts({ addresses, rpc: past });
      return {
        contract: addresses.nodeStaking,
        wei: (await contracts.stake(node)).balanceWei,
        benefitAddress: await contracts.benefitAddress.read(benefitSchema, 'getBenefitAddress', node),
      };
    };
    const stakes = await Promise.all(sources.map(holdingsOf));
    const stakeWei = stakes.reduce((sum, { wei }) => sum + wei, 0n);
    return { walletWei: await past.call('eth_getBalance', [node, 'latest']), stakeWei, stakes };
  };
  return chainReaderWith({ rpc, confirmations, node, filter: stakingLogFilter(sources, node), holdings });
}

/** A reader for any contracts: `filter` selects their logs, `holdings` reads what the node has. */
export function chainReaderWith(parts: {
  readonly rpc: ChainRpc;
  readonly confirmations: number;
  readonly node: Hex;
  readonly filter: object;
  readonly holdings: ChainReader['holdings'];
}): ChainReader {
  const { rpc, confirmations, node, filter, holdings } = parts;
  return {
    get logRange() {
      return rpc.logRange ?? null;
    },
    chainId: () => rpc.chainId(),
    // The block itself is the first of its confirmations.
    finalBlock: async () => Math.max(0, Number(await rpc.call('eth_blockNumber', [])) - confirmations + 1),
    async blockTimeMs(block) {
      const found = await rpc.call('eth_getBlockByNumber', [blockTag(block), false]);
      if (found === null) throw new ChainError('CHAIN_BAD_ANSWER', `the chain does not know its block ${block}`, { block });
      return Number(found.timestamp) * 1000;
    },
    logs: ({ from, to }) => rpc.call('eth_getLogs', [{ ...filter, fromBlock: blockTag(from), toBlock: blockTag(to) }]),
    latestWalletWei: () => rpc.call('eth_getBalance', [node, 'latest']),
    holdings,
  };
}

/** The chain as if this block were its latest. */
function rpcAtBlock(rpc: ChainRpc, block: number): ChainRpc {
  return {
    chainId: () => rpc.chainId(),
    call: (method, params) =>
      rpc.call(
        method,
        params.map((param) => (param === 'latest' ? blockTag(block) : param)),
      ),
  };
}

export function blockTag(block: number): string {
  return `0x${block.toString(16)}`;
}
