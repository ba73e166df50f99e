/** A devnet chain and clients on it, for tests. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { type ChainPreset, type ChainPresetInput, chainPresetSchema } from '../../../contract/chain-preset.ts';
import { DevnetAccount } from '../../../devnet/chain/devnet-account.ts';
import { type DevnetChain, type DevnetChainOptions, startDevnetChain } from '../../../devnet/chain/devnet-chain.ts';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../../protocol/hex.ts';
import { createSigner } from '../../kit/signer.ts';
import { createLog, type Log } from '../../log.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { type ChainClient, createChainClient } from '../chain-client.ts';
import type { Intent } from '../transactions/intent.ts';
import { openChainStore } from './stores.ts';

export const CNX = 10n ** 18n;
export const SILENT = createLog({ level: 'silent', secrets: [] });

export interface ChainWorld {
  readonly chain: DevnetChain;
  readonly relay: DevnetAccount;
  /** A client with a new key, its own store and 1,000 CNX. */
  client(options?: ClientOptions): Promise<TestClient>;
  /** All NodeStaking events of an account, by name. */
  stakingEvents(account: Hex): Promise<string[]>;
  /** Number of the account's transactions on the chain. */
  count(account: Hex): Promise<number>;
  /** A raw intent to stake this many CNX, with the coins to send. */
  stakeIntent(id: string, cnx: bigint, valueCnx?: bigint): Intent;
}

/** CNX in the staking contract. */
export const staked = async (client: TestClient) => (await client.staking.stake()).balanceWei / CNX;
export const stateOf = (client: TestClient, id: string) => client.journal.find(id)?.state.kind;

export interface ClientOptions {
  readonly preset?: Partial<ChainPresetInput>;
  readonly db?: DatabaseSync;
  readonly privateKey?: Hex;
  readonly wei?: bigint;
  readonly log?: Log;
}

export interface TestClient extends ChainClient {
  readonly privateKey: Hex;
  readonly db: DatabaseSync;
  readonly preset: ChainPreset;
}

export async function startChainWorld(options: Partial<DevnetChainOptions> = {}): Promise<ChainWorld> {
  const relayKey = bytesToHex(randomBytes(32));
  const chain = await startDevnetChain({
    clock: systemClock,
    relayAddress: '0x00000000000000000000000000000000000000aa',
    ...options,
  });
  const { control } = chain.anvil;
  const relay = new DevnetAccount(relayKey, control);
  await chain.setRelay(relay.address);
  await control.setBalance(relay.address, 1000n * CNX);
  return {
    chain,
    relay,
    async client({ preset = {}, privateKey = bytesToHex(randomBytes(32)), wei = 1000n * CNX, db, log = SILENT } = {}) {
      const store = db ?? openChainStore(join(tempDir(), 'node.sqlite'));
      const parsed = chainPresetSchema.parse({ ...chain.preset, pollMs: 10, requestsPerSecond: 1000, ...preset });
      const client = createChainClient({
        preset: parsed,
        signer: createSigner(privateKey),
        db: store,
        clock: systemClock,
        random: systemRandom,
        log,
      });
      onTestFinished(async () => {
        await client.close();
        if (store.isOpen) store.close();
      });
      if (wei > 0n) await control.setBalance(client.address, wei);
      return { ...client, privateKey, db: store, preset: parsed };
    },
    async stakingEvents(account) {
      const logs = await control.provider.getLogs({ address: chain.contracts.nodeStaking, fromBlock: 0 });
      const events = logs.map((log) => chain.interfaceOf('NodeStaking').parseLog(log));
      return events.filter((event) => event?.args[0] === account).map((event) => event?.name ?? '');
    },
    count: (account) => control.provider.getTransactionCount(account),
    stakeIntent: (id, cnx, valueCnx = cnx) => ({
      id,
      kind: 'NodeStaking.stake',
      to: chain.contracts.nodeStaking,
      data: chain.interfaceOf('NodeStaking').encodeFunctionData('stake', [cnx * CNX]) as Hex,
      valueWei: valueCnx * CNX,
    }),
  };
}
