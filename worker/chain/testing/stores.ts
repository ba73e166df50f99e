/** Shared by tests and the processes they start, outside of Vitest. */
import type { DatabaseSync } from 'node:sqlite';
import type { ChainPreset } from '../../../contract/chain-preset.ts';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import type { Log } from '../../log.ts';
import { openNodeDatabase } from '../../store/migrations.ts';
import { openEndpoints } from '../chain-client.ts';
import type { ChainRpc } from '../rpc/methods.ts';

export function openChainStore(path: string): DatabaseSync {
  return openNodeDatabase(path);
}

export function openRpc({ preset, db, log }: { preset: ChainPreset; db: DatabaseSync; log: Log }): ChainRpc {
  return openEndpoints({ preset, db, log, clock: systemClock, random: systemRandom }).rpc;
}
