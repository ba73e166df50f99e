/** A profile is one node on this machine: its key, its network, its cards, and how it is run. */
import { z } from 'zod';
import { addressField, weiText } from '../protocol/wire/fields.ts';
import { gpuSettingsSchema } from './gpu.ts';
import { modelSettingsSchema } from './model-settings.ts';
import { engineConfigSchema, gpuConfigSchema, NETWORK_MODES } from './node-config.ts';
import { retentionSchema } from './retention.ts';
import { errorViewSchema, nodeViewSchema } from './worker-channel.ts';

export const profileIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and dashes');

export const profileGpuSchema = z.discriminatedUnion('kind', [
  /** Cards of this machine; the reported data is read from them at every start. */
  z.object({
    kind: z.literal('cards'),
    ids: z.array(z.string().min(1)).min(1),
    /** What the host has confirmed to report; a start that would report anything else is refused. */
    confirmed: z.object({ name: z.string().min(1), vramGib: z.number().int().positive() }).nullable(),
    settings: gpuSettingsSchema.prefault({}),
    /** Null = no slash guard by a reference task. */
    selfTestModel: z.string().nullable(),
  }),
  /** Invented; only networks that run on this machine accept it. */
  gpuConfigSchema.extend({ kind: z.literal('stated') }),
]);

export const REJOIN_POLICIES = ['never', 'afterKickOut'] as const;

/** What the host decides about a node; every part takes effect at the node's next start. */
export const profileDraftSchema = z.object({
  name: z.string().trim().min(1).max(60),
  networkId: z.string().min(1),
  address: addressField,
  engine: engineConfigSchema,
  gpu: profileGpuSchema,
  models: modelSettingsSchema.prefault({}),
  /** Models to offer, as `<base|lora|controlnet>:<name>[+<variant>]`. */
  modelIds: z.array(z.string()).min(1),
  stakeWei: weiText,
  /** Start this node when the program starts. */
  autoStart: z.boolean().default(false),
  /** Rejoin automatically. Never after a slash. */
  rejoin: z.enum(REJOIN_POLICIES).default('never'),
  retention: retentionSchema.prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type ProfileDraft = z.output<typeof profileDraftSchema>;
export type ProfileDraftInput = z.input<typeof profileDraftSchema>;

/** What a person has allowed a profile's node to stake, and whether it may stake that again by itself after a kick-out. */
export const stakePermissionSchema = z.object({ stakeWei: weiText, rejoin: z.enum(REJOIN_POLICIES) });
export type StakePermission = z.output<typeof stakePermissionSchema>;

export const profileSchema = profileDraftSchema.extend({
  id: profileIdSchema,
  createdMs: z.number(),
  /** Null = not given yet, or the profile is from before this was asked. */
  stakeWord: stakePermissionSchema.nullable().default(null),
});
export type Profile = z.output<typeof profileSchema>;

/** The worker process of a profile. Alive is not ready: `running` only means that the process is alive. */
export const workerStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stopped') }),
  /** The key must be unlocked first. */
  z.object({ kind: z.literal('locked') }),
  /** `after`: why it ended the last time, if this is a restart. */
  z.object({ kind: z.literal('starting'), sinceMs: z.number(), after: errorViewSchema.optional() }),
  z.object({ kind: z.literal('running'), pid: z.number().int(), sinceMs: z.number(), after: errorViewSchema.optional() }),
  /** The current task is finished first. */
  z.object({ kind: z.literal('stopping'), sinceMs: z.number() }),
  /** It crashed and will be restarted. */
  z.object({ kind: z.literal('backoff'), failures: z.number().int(), retryAtMs: z.number(), error: errorViewSchema }),
  /** It is not restarted by itself, because the cause would only repeat. */
  z.object({ kind: z.literal('failed'), error: errorViewSchema }),
]);
export type WorkerState = z.output<typeof workerStateSchema>;

export const profileViewSchema = z.object({
  profile: profileSchema,
  networkTitle: z.string(),
  /** Where the network's tasks are. On a chain, there is no account at a relay. */
  networkMode: z.enum(NETWORK_MODES),
  /** Base URL of the chain's explorer; null = unknown. */
  explorerUrl: z.string().nullable(),
  /** The card's name for the network, as far as it is known. */
  gpuName: z.string().nullable(),
  worker: workerStateSchema,
  /** The node's last view while its worker is alive; null = none yet. */
  node: nodeViewSchema.nullable(),
  /** Changes that take effect at the node's next start. */
  pendingRestart: z.boolean(),
});
export type ProfileView = z.output<typeof profileViewSchema>;

/** First a snapshot, then every change; `revision` increases by one, and after a gap, subscribe again. */
export const profilesUpdateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), revision: z.number().int(), profiles: z.array(profileViewSchema) }),
  z.object({ kind: z.literal('changed'), revision: z.number().int(), profile: profileViewSchema }),
  z.object({ kind: z.literal('removed'), revision: z.number().int(), id: profileIdSchema }),
]);
export type ProfilesUpdate = z.output<typeof profilesUpdateSchema>;
