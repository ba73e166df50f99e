/** What a chain says of an address, asked without its key. */

import { DatabaseSync } from 'node:sqlite';
import type { ChainPreset } from '../../contract/chain-preset.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { type ChainClient, createChainClient } from '../../worker/chain/chain-client.ts';
import { DelegatedStaking } from '../../worker/chain/contracts/delegated-staking.ts';
import { openContracts, openLegacy } from '../../worker/chain/contracts/open-contracts.ts';
import { CHAIN_TABLES } from '../../worker/chain/transactions/journal-tables.ts';
import { createSigner } from '../../worker/kit/signer.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';

export type ChainReading = Pick<
  ChainClient,
  | ('address' | 'rpc' | 'journal' | 'staking' | 'delegatedStaking' | 'credits' | 'benefitAddress' | 'legacy' | 'balanceWei')
  | 'close'
>;

/** Nothing can be sent with it: the key behind it is made up and has no coin. */
export function readChain(options: {
  readonly preset: ChainPreset;
  readonly address: Hex;
  readonly clock: Clock;
  readonly random: Random;
  /** Left out: as the environment says. */
  readonly proxies?: ProxyPolicy | undefined;
}): ChainReading {
  const { preset, address, clock, random, proxies } = options;
  const db = new DatabaseSync(':memory:');
  db.exec(CHAIN_TABLES);
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const client = createChainClient({
    preset,
    signer: createSigner(bytesToHex(random.bytes(32))),
    db,
    clock,
    random,
    log,
    proxies,
  });
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
