/** The configuration that a worker process receives at its start. The worker parses it, whoever sent it. */
import { z } from 'zod';
import { weiField } from '../protocol/wire/fields.ts';
import { type ChainLink, chainPresetSchema } from './chain-preset.ts';
import { gpuSettingsSchema } from './gpu.ts';
import { modelSettingsSchema } from './model-settings.ts';
import { outboundSchema } from './proxy.ts';
import { retentionSchema } from './retention.ts';
import { taskChainPresetSchema } from './task-chain-preset.ts';

export const ENGINE_KINDS = ['official', 'embedded', 'program'] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** What manages the tasks: a relay, or contracts on a chain. */
export const NETWORK_MODES = ['relay', 'chain'] as const;
export type NetworkMode = (typeof NETWORK_MODES)[number];

const presetSchema = z.object({
  id: z.string().min(1),
  title: z.string().min(1),
  mode: z.enum(NETWORK_MODES).default('relay'),
  /** Key of the relay's `blockchains` config; sent at join. */
  network: z.string().min(1),
  /** In mode `chain` it only transfers arguments and results. */
  relayUrl: z.url({ protocol: /^https?$/ }),
  /** Law 7: an engine that is not in this list never runs a task of this network. */
  acceptedEngines: z.array(z.enum(ENGINE_KINDS)).min(1),
  samplingModulus: z.number().int().min(1),
  /** Shown until the chain has been read; only the contracts define the minimum. */
  minStakeWei: weiField,
  /** Announced, but without contracts so far: no node can stake there. */
  comingSoon: z.object({ chainId: z.number().int().positive() }).optional(),
  /** Where stakes are. Absent: nothing of this node is on a chain, and only the relay keeps its stake. */
  chain: chainPresetSchema.optional(),
  /** Where tasks and stakes are in mode `chain`, instead of `chain`. */
  taskChain: taskChainPresetSchema.optional(),
});

/** A network as data; `resources/networks/*.json` are of this shape. */
export const networkPresetSchema = presetSchema.superRefine(({ mode, chain, taskChain }, context) => {
  const object = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (mode === 'chain' && taskChain === undefined) object('taskChain', 'a network of mode "chain" needs its contracts here');
  if (mode === 'chain' && chain !== undefined) object('chain', 'a network of mode "chain" has no staking contracts of their own');
  if (mode === 'relay' && taskChain !== undefined) object('taskChain', 'only a network of mode "chain" has tasks on a chain');
});
export type NetworkPreset = z.output<typeof networkPresetSchema>;
export type NetworkPresetInput = z.input<typeof networkPresetSchema>;

/** The preset as JSON, as stored in files and sent to worker processes. */
export function networkPresetData({ chain, taskChain, minStakeWei, ...rest }: NetworkPreset): NetworkPresetInput {
  return {
    ...rest,
    minStakeWei: minStakeWei.toString(),
    ...(chain === undefined ? {} : { chain: { ...chain, gas: gasData(chain.gas) } }),
    ...(taskChain === undefined ? {} : { taskChain: { ...taskChain, gas: gasData(taskChain.gas) } }),
  };
}

function gasData({ maxFeePerGasWei, ...gas }: ChainLink['gas']) {
  return { ...gas, maxFeePerGasWei: maxFeePerGasWei.toString() };
}

export const engineConfigSchema = z.discriminatedUnion('kind', [
  /** Our own engine program. */
  z.object({
    kind: z.literal('embedded'),
    hubUrl: z.url().optional(),
    /** `cpu`: even if there is a GPU. */
    device: z.enum(['auto', 'cpu']).optional(),
  }),
  /** The network's own worker program, which public networks accept. */
  z.object({
    kind: z.literal('official'),
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    /** In addition to what RELAY_PROTOCOL 9.1 sets, such as `GPT_EXECUTOR`. */
    env: z.record(z.string(), z.string()).default({}),
    /** Where it looks for patches; empty = nowhere. */
    patchUrl: z.string().default(''),
  }),
  /** Any program that implements the engine protocol; used by devnet peers and tests. */
  z.object({
    kind: z.literal('program'),
    command: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()).default({}),
  }),
]);
export type EngineConfig = z.output<typeof engineConfigSchema>;

/** A stated card: for the devnet, whose cards are invented, and for machines without an NVIDIA card. */
export const gpuConfigSchema = z.object({
  kind: z.literal('stated').optional(),
  /** As reported to the network, with its platform suffix: `NVIDIA GeForce RTX 4090+Linux`. */
  name: z.string().min(1),
  vramGib: z.number().int().positive(),
  /** UUIDs that the engine is confined to; empty = no NVIDIA card is used. */
  uuids: z.array(z.string()).default([]),
});

/** Cards of this machine, by UUID: the reported data is read from them at every start (RELAY_PROTOCOL 8.9). */
export const nvidiaGpuConfigSchema = z.object({
  kind: z.literal('nvidia'),
  /** One card, or several with exactly the same name. */
  uuids: z.array(z.string().min(1)).min(1),
  /** What the host has confirmed; a start that would report anything else is refused. Absent = no check. */
  confirmed: z.object({ name: z.string().min(1), vramGib: z.number().int().positive() }).optional(),
  settings: gpuSettingsSchema.prefault({}),
  /** LLM base model on disk for the reference task before joining; null = the host runs without this slash guard. */
  selfTest: z.object({ modelId: z.string().min(1) }).nullable(),
  /** Folder in which all profiles of the machine claim their cards; absent = `gpu-claims` beside the data directory. */
  claimsDir: z.string().min(1).optional(),
  /** Path of nvidia-smi; absent = the driver's default location. */
  nvidiaSmi: z.string().min(1).optional(),
  /** Seconds between two readings of the cards. */
  sampleSeconds: z.number().min(0.1).max(60).default(5),
});
export type NvidiaGpuConfig = z.output<typeof nvidiaGpuConfigSchema>;

export const REJOIN_POLICIES = ['never', 'afterKickOut'] as const;
export type RejoinPolicy = (typeof REJOIN_POLICIES)[number];

export const nodeConfigSchema = z.object({
  /** This node's own directory: store, results, engine PID files. */
  dataDir: z.string().min(1),
  network: networkPresetSchema,
  engine: engineConfigSchema,
  gpu: z.discriminatedUnion('kind', [nvidiaGpuConfigSchema, gpuConfigSchema]),
  stakeWei: weiField,
  /** IDs of models that are on disk at the start. */
  modelIds: z.array(z.string()).min(1),
  /** Belongs to the host rather than this node: profiles with the same directory share these settings. */
  models: modelSettingsSchema.prefault({}),
  /** How to reach the internet; belongs to the program rather than this node. */
  outbound: outboundSchema.prefault({}),
  /** Whether a kicked-out node rejoins by itself. After a slash, only the host's resume does that. */
  rejoin: z.enum(REJOIN_POLICIES).default('never'),
  retention: retentionSchema.prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type NodeConfig = z.output<typeof nodeConfigSchema>;
export type NodeConfigInput = z.input<typeof nodeConfigSchema>;
