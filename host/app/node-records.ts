/** The records of nodes that are not running, opened while a window shows them. */
import { homedir } from 'node:os';
import type { Caller } from '../../contract/acts.ts';
import type { StakeView } from '../../contract/money-acts.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import type { Profile, WorkerState } from '../../contract/profiles.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { diskFreeBytes } from '../../worker/engines/models/download-file.ts';
import { redaction } from '../../worker/kit/redaction.ts';
import { userName } from '../../worker/kit/user-name.ts';
import type { Log } from '../../worker/log.ts';
import { readModels } from '../../worker/models/read-models.ts';
import { MoneyError } from '../../worker/money/errors.ts';
import { ChainActs } from '../../worker/money/stake/chain-acts.ts';
import { stakeView } from '../../worker/money/stake/stake-view.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { openRecords, type Records } from '../../worker/service/open-records.ts';
import type { NetworkDirectory } from '../networks/network-directory.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { openChainReader } from './chain-reading.ts';

export interface NodeRecordsParts {
  readonly profiles: Pick<ProfileStore, 'list' | 'dataDir'>;
  /** Folder of models, unless a profile has its own. */
  readonly modelsDir: string;
  readonly networks: Pick<NetworkDirectory, 'preset'>;
  readonly supervisor: Pick<Supervisor, 'view' | 'watch'>;
  readonly proxies: () => Promise<ProxyPolicy>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface NodeRecords {
  /** Serves the records; false while the process is running or starting, or if there are no records. */
  serve(profileId: string, port: RpcPort, caller: Caller): boolean;
  close(): void;
}

/** States in which a process has opened the records or is about to. */
const LIVES: ReadonlySet<WorkerState['kind']> = new Set(['starting', 'running', 'stopping']);

export function createNodeRecords(parts: NodeRecordsParts): NodeRecords {
  const { profiles, networks, supervisor, log, clock } = parts;
  const open = new Map<string, Records>();

  function end(profileId: string): void {
    open.get(profileId)?.close();
    open.delete(profileId);
  }

  function openFor(profile: Profile): Records | null {
    const preset = networks.preset(profile.networkId);
    try {
      return openRecords({
        dataDir: profiles.dataDir(profile.id),
        retention: profile.retention,
        mode: preset.taskChain === undefined ? 'relay' : 'chain',
        readStake: () => readStake(profile, preset, parts),
        redaction: redaction({ secrets: [], homeDir: homedir(), userName: userName() }),
        readModels: () =>
          readModels({
            directory: profile.models.directory ?? parts.modelsDir,
            profile: `${preset.id}:${profile.address}`,
            reserveBytes: profile.models.reserveBytes,
            freeBytes: diskFreeBytes,
            clock,
            log,
          }),
        ...parts,
      });
    } catch (error) {
      log.info({ err: error, profile: profile.id }, 'the records of a node are not shown');
      return null;
    }
  }

  const unwatch = supervisor.watch(({ profileId, worker }) => {
    if (LIVES.has(worker.kind)) end(profileId);
  });

  return {
    serve(profileId, port, caller) {
      const profile = profiles.list().find(({ id }) => id === profileId);
      if (profile === undefined || LIVES.has(supervisor.view(profileId).worker.kind)) return false;
      const records = open.get(profileId) ?? openFor(profile);
      if (records === null) return false;
      open.set(profileId, records);
      records.serve(port, caller);
      return true;
    },
    close() {
      unwatch();
      for (const profileId of [...open.keys()]) end(profileId);
    },
  };
}

/** The stake according to the chain, read without the key. @throws MoneyError MONEY_UNSUPPORTED, ChainError */
async function readStake(profile: Profile, preset: NetworkPreset, parts: NodeRecordsParts): Promise<StakeView> {
  if (preset.chain === undefined) throw new MoneyError('MONEY_UNSUPPORTED', 'this network has no chain');
  const { clock, random } = parts;
  const address = profile.address as Hex;
  const client = openChainReader({ preset: preset.chain, address, clock, random, proxies: await parts.proxies() });
  try {
    const acts = new ChainActs({ client, preset: preset.chain, contracts: [], ownAddresses: () => [], basis: async () => null });
    return await stakeView({ client, acts });
  } finally {
    await client.close();
  }
}
