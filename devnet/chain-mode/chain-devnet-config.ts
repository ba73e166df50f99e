/** The configuration of a local network in mode `chain`. */
import { z } from 'zod';
import { addressField } from '../../protocol/wire/fields.ts';
import { DevnetError } from '../errors.ts';
import { peerConfigSchema } from '../peers/peer.ts';
import { configWei } from '../relay/config.ts';
import { scriptedPeerSchema } from './scripted-peer.ts';

export const chainDevnetConfigSchema = z.object({
  mode: z.literal('chain'),
  /** Port of the relay; 0 = any free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Seconds between two polls of the chain by the relay. */
  relayScan: z.number().positive().default(1),
  chain: z
    .object({
      /** 0 = any free one. */
      port: z.number().int().min(0).max(65_535).default(0),
      /** Seconds that a task has from its start to its result; same as in the real contract. */
      taskTimeout: z.number().int().positive().default(180),
      /** Seconds after which a chain without transactions gets an empty block, so that its time advances. */
      emptyBlockAfter: z.number().positive().default(5),
      /** Balances on a new chain. */
      wallets: z.array(z.object({ address: addressField, balanceWei: configWei })).default([]),
    })
    .prefault({}),
  /** Nodes with a real worker. */
  peers: z.array(peerConfigSchema).default([]),
  /** Nodes without an engine, which join before the others. */
  scripted: z.array(scriptedPeerSchema).default([]),
  /** Parent directory of the peers' data directories. */
  dataDir: z.string().min(1),
  /** Path of the worker program that peers run. */
  workerEntry: z.string().min(1),
  /** Directory that keeps the chain across restarts. The relay keeps nothing, so open tasks time out. */
  statePath: z.string().min(1).optional(),
  /** Deletes that state first. */
  fresh: z.boolean().default(false),
});
export type ChainDevnetConfig = z.output<typeof chainDevnetConfigSchema>;
export type ChainDevnetConfigInput = z.input<typeof chainDevnetConfigSchema>;

/** @throws DevnetError DEVNET_BAD_CONFIG naming the first bad field. */
export function parseChainDevnetConfig(input: unknown): ChainDevnetConfig {
  const result = chainDevnetConfigSchema.safeParse(input);
  if (!result.success) {
    const issue = result.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new DevnetError('DEVNET_BAD_CONFIG', `devnet config: ${field}: ${issue?.message ?? 'invalid'}`, { field });
  }
  const names = [...result.data.peers, ...result.data.scripted].map((peer) => peer.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return result.data;
  throw new DevnetError('DEVNET_BAD_CONFIG', `devnet config: two peers are called ${twice}`, { field: 'peers' });
}
