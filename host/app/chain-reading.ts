/** Reads an address's state from a chain without its key. */

import { DatabaseSync } from 'node:sqlite';
import type { ChainPreset } from '../../contract/chain-preset.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import type { TaskChainPreset } from '../../contract/task-chain-preset.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { type ChainClient, createChainClient, openEndpoints } from '../../worker/chain/chain-client.ts';
import { DelegatedStaking } from '../../worker/chain/contracts/delegated-staking.ts';
import { openContracts, openLegacy } from '../../worker/chain/contracts/open-contracts.ts';
import { isChainError } from '../../worker/chain/errors.ts';
import { CHAIN_TABLES } from '../../worker/chain/transactions/journal-tables.ts';
import { createSigner } from '../../worker/kit/signer.ts';
import type { TaskChain } from '../../worker/networks/chain/open-task-chain.ts';
import { TaskContracts } from '../../worker/networks/chain/task-contracts.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';

const noop = () => {};
const SILENT_LOG = { debug: noop, info: noop, warn: noop, error: noop };

function openMemoryDatabase(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(CHAIN_TABLES);
  return db;
}

export type ChainReader = Pick<
  ChainClient,
  | ('address' | 'rpc' | 'journal' | 'staking' | 'delegatedStaking' | 'credits' | 'benefitAddress' | 'legacy' | 'balanceWei')
  | 'close'
>;

/** Reads the task contracts of a network on a chain, without any key. */
export function openTaskChainReader(options: {
  readonly preset: TaskChainPreset;
  readonly address: Hex;
  readonly clock: Clock;
  readonly random: Random;
  readonly proxies?: ProxyPolicy | undefined;
}): Pick<TaskChain, 'address' | 'preset' | 'rpc' | 'contracts' | 'close'> {
  const { preset, address, clock, random, proxies } = options;
  const db = openMemoryDatabase();
  const { rpc, close } = openEndpoints({ preset, db, clock, random, log: SILENT_LOG, proxies });
  return {
    ...{ address, preset, rpc, contracts: new TaskContracts(preset.contracts, rpc) },
    async close() {
      await close();
      db.close();
    },
  };
}

/** Cannot send anything useful: its key is random and has no coin. */
export function openChainReader(options: {
  readonly preset: ChainPreset;
  readonly address: Hex;
  readonly clock: Clock;
  readonly random: Random;
  /** Default: from the environment. */
  readonly proxies?: ProxyPolicy | undefined;
}): ChainReader {
  const { preset, address, clock, random, proxies } = options;
  const db = openMemoryDatabase();
  const signer = createSigner(bytesToHex(random.bytes(32)));
  const client = createChainClient({ preset, signer, db, clock, random, log: SILENT_LOG, proxies });
  const { rpc, transactions, journal } = client;
  const common = { rpc, transactions, self: address, clock };
  const { contracts, staking, credits, benefitAddress } = openContracts(preset.contracts, common);
  return {
    address,
    rpc,
    journal,
    staking,
    benefitAddress,
    delegatedStaking: new DelegatedStaking({ contracts, transactions, self: address }),
    credits,
    legacy: openLegacy(preset.legacyContracts, common),
    balanceWei: () => rpc.call('eth_getBalance', [address, 'latest']),
    async close() {
      await client.close();
      db.close();
    },
  };
}

/**
 * Coin and credits that an address has staked on the chain, wei; 0 if there is no stake or it is being returned. Null =
 * no such chain, or it could not be read.
 */
export async function readStakedWei(
  { chain, taskChain }: Pick<NetworkPreset, 'chain' | 'taskChain'>,
  asked: { readonly address: Hex; readonly clock: Clock; readonly random: Random; readonly proxies: ProxyPolicy },
): Promise<bigint | null> {
  try {
    if (taskChain !== undefined) {
      const reading = openTaskChainReader({ preset: taskChain, ...asked });
      return await reading.contracts.stakeOf(asked.address).finally(() => reading.close());
    }
    if (chain === undefined) return null;
    const reading = openChainReader({ preset: chain, ...asked });
    const stake = await reading.staking.stake().finally(() => reading.close());
    return stake.status === 'Staked' ? stake.balanceWei + stake.creditsWei : 0n;
  } catch (error) {
    // If the chain does not answer, the stake is unknown and a person is asked.
    if (isChainError(error)) return null;
    throw error;
  }
}
