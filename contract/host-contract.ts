/**
 * What may be asked of the program around the nodes: Electron's main process, or the headless server. Nodes are asked
 * directly (contract/node-contract.ts). Served over any transport of contract/rpc-port.ts.
 */
import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { accessCreatedSchema, accessDraftSchema, accessNameSchema, accessViewSchema } from './access.ts';
import { actQuestionSchema } from './act-questions.ts';
import { act, procedure, stream } from './acts.ts';
import { devnetStateSchema } from './devnet.ts';
import * as firstRun from './first-run.ts';
import * as fleet from './fleet.ts';
import { gpuInventorySchema, gpuReportSchema } from './gpu.ts';
import * as keys from './keys.ts';
import * as logs from './logs.ts';
import { engineConfigSchema, NETWORK_MODES, networkPresetSchema } from './node-config.ts';
import { CHANNELS, channelStatesSchema } from './notify.ts';
import { preflightReportSchema } from './preflight.ts';
import { profileDraftSchema, profileIdSchema, profilesUpdateSchema, profileViewSchema } from './profiles.ts';
import { routeSchema, secretChangeSchema, secretsViewSchema, settingsChangeSchema, settingsSchema } from './settings.ts';
import { errorViewSchema } from './worker-channel.ts';

const nothing = z.object({});
const profileRef = z.object({ id: profileIdSchema });

export const appInfoSchema = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'headless']),
  /** `linux`, `darwin`, `win32`. */
  platform: z.string(),
  dataDir: z.string(),
  /** What this shell cannot do (no tray, no login item) is not offered. */
  features: z.object({
    notifications: z.boolean(),
    startAtLogin: z.boolean(),
    tray: z.boolean(),
    updates: z.boolean(),
    /** It can ask a person for a folder (`places.choose`). */
    folders: z.boolean(),
  }),
  /** What was mended when the data directory was opened, or could not be. */
  notices: z.array(errorViewSchema.extend({ remedy: z.string() })).optional(),
});
export type AppInfo = z.output<typeof appInfoSchema>;

export const networkViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** `local`: it runs on this machine; `own`: added by the host. */
  origin: z.enum(['local', 'builtIn', 'own']),
  relayUrl: z.string(),
  acceptedEngines: z.array(z.string()),
  /** To show until the contract has been asked. */
  minStakeWei: z.string(),
  chainId: z.number().nullable(),
  /** Announced only: no stake can be placed there yet. */
  comingSoon: z.boolean(),
  /** Page of the chain's explorer; null = none is known. */
  explorerUrl: z.string().nullable(),
  /** It has staking contracts of their own beside a relay. */
  hasChain: z.boolean(),
  /** Where its tasks live: in mode `chain`, stake and pay too. */
  mode: z.enum(NETWORK_MODES),
});
export type NetworkView = z.output<typeof networkViewSchema>;

/** The least stake that a network takes. `preset`: there is no contract to ask. */
export const minimumStakeSchema = z.object({ minimumWei: z.string(), from: z.enum(['contract', 'preset']) });
export type MinimumStake = z.output<typeof minimumStakeSchema>;

/** An engine of this machine, and whether it can be used. */
export const engineViewSchema = z.object({
  kind: z.enum(['embedded', 'official']),
  title: z.string(),
  /** Program or folder; null for the engine that is part of this program. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** `none`: nothing is patched; `off`: the host has switched patches off. */
  patches: z.enum(['none', 'applied', 'available', 'off', 'unknown']),
  /** Ready to be a profile's engine; null = it cannot be used, see `problem`. */
  config: engineConfigSchema.nullable(),
  problem: errorViewSchema.nullable(),
  /** Ids of the networks that accept it. */
  acceptedBy: z.array(z.string()),
  /** Models that are there for it, ready to be offered. */
  modelIds: z.array(z.string()),
});
export type EngineView = z.output<typeof engineViewSchema>;

export const updateStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off') }),
  z.object({ kind: z.literal('current'), checkedMs: z.number().nullable() }),
  z.object({ kind: z.literal('available'), version: z.string() }),
  z.object({ kind: z.literal('downloading'), version: z.string(), percent: z.number() }),
  /** Installed when the running tasks are done and the host says so. */
  z.object({ kind: z.literal('ready'), version: z.string() }),
  z.object({ kind: z.literal('failed'), error: errorViewSchema }),
]);
export type UpdateState = z.output<typeof updateStateSchema>;

/** An act of a page that waits for the word of a person. */
export const pendingActSchema = z.object({ id: z.string(), question: actQuestionSchema, leftMs: z.number() });
export type PendingAct = Readonly<z.output<typeof pendingActSchema>>;

/** What a folder is chosen for. A choice counts for this alone. */
export const PLACE_KINDS = ['engine', 'models'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** A folder that a person has chosen in a dialog of the program's own. The token is good once, for ten minutes. */
export const chosenPlaceSchema = z.object({ token: z.string(), path: z.string() });
export type ChosenPlace = Readonly<z.output<typeof chosenPlaceSchema>>;
const chosenToken = z.string().min(1).max(100);

export const hostContract = {
  app: {
    info: procedure(nothing, appInfoSchema),
  },
  settings: {
    watch: stream(nothing, settingsSchema),
    /** Another proxy, or another chat that is written to, needs the word of a person; nothing else of it does. */
    change: act('place', settingsChangeSchema, settingsSchema),
    /** Which secrets are set, and where each is kept; never the secrets themselves. */
    secrets: procedure(nothing, secretsViewSchema),
    setSecret: act('place', secretChangeSchema, secretsViewSchema),
    /** Through which proxy, if any, each destination is reached. */
    routes: procedure(nothing, z.object({ routes: z.array(routeSchema), unreadExceptions: z.array(z.string()) })),
  },
  notify: {
    /** How each way out does. */
    watch: stream(nothing, channelStatesSchema),
    /** Sends a fixed text at once by one way, to where the host has said; once in five seconds. */
    test: procedure(z.object({ channel: z.enum(CHANNELS) }), nothing),
  },
  networks: {
    list: procedure(nothing, z.object({ networks: z.array(networkViewSchema), problems: z.array(errorViewSchema) }), 'read'),
    /** Asks the network's contract. */
    minimumStake: procedure(z.object({ id: z.string() }), minimumStakeSchema),
    /** What an address has and needs there for a stake; null where nothing is staked on a chain. */
    funding: procedure(firstRun.fundingQuerySchema, z.object({ funding: firstRun.fundingSchema.nullable() })),
    /** What of a start can be checked before there is a card or an engine: the network, the chain, the money, the key. */
    check: procedure(firstRun.fundingQuerySchema, preflightReportSchema),
    /** A preset of the host's own; it never replaces a built-in one. */
    add: act('money', z.object({ preset: networkPresetSchema }), networkViewSchema),
    remove: procedure(z.object({ id: z.string() }), nothing),
  },
  engines: {
    list: procedure(nothing, z.object({ engines: z.array(engineViewSchema) })),
    /**
     * Looks at a folder or program; it runs nothing. A page names none: it hands back the token of a folder that was chosen,
     * and what is found there is in `list` from then on.
     */
    inspect: act('place', z.union([z.object({ path: z.string().min(1) }), z.object({ chosen: chosenToken })]), engineViewSchema),
    /** Asks the release page of the official node, whose address is fixed. */
    release: procedure(nothing, firstRun.officialReleaseSchema),
    /**
     * Fetches a file of that release into the data directory: from the page's own address alone, kept only if it is the one
     * that the page describes. Nothing of it is opened or run. Fetching again goes on where it stopped.
     */
    fetch: procedure(z.object({ name: z.string().min(1).max(200) }), nothing),
    stopFetch: procedure(nothing, nothing),
    watchFetch: stream(nothing, firstRun.officialDownloadSchema),
  },
  firstRun: {
    /** What was chosen so far on the way to a node; null = nothing. */
    draft: procedure(nothing, z.object({ draft: firstRun.firstRunDraftSchema.nullable() })),
    keepDraft: procedure(z.object({ draft: firstRun.firstRunDraftSchema.nullable() }), nothing),
  },
  places: {
    /** Asks a person for a folder, in a dialog that no page can fill in. Null: they have chosen none. */
    choose: procedure(z.object({ kind: z.enum(PLACE_KINDS) }), z.object({ chosen: chosenPlaceSchema.nullable() })),
  },
  gpus: {
    inventory: procedure(
      nothing,
      z.object({
        inventory: gpuInventorySchema,
        /** Who uses a card: card id → profile id. */
        usedBy: z.record(z.string(), z.string()),
      }),
    ),
    /** What the network would be told about a selection. */
    report: procedure(z.object({ ids: z.array(z.string()).min(1) }), gpuReportSchema),
  },
  keys: {
    stores: procedure(nothing, keys.keyStoresSchema),
    list: procedure(nothing, z.object({ keys: z.array(keys.keyViewSchema) })),
    create: procedure(keys.createKeySchema, keys.createdKeySchema),
    proveBackup: procedure(keys.proveBackupSchema, keys.keyViewSchema),
    import: procedure(keys.importKeySchema, keys.keyViewSchema),
    unlock: procedure(z.object({ address: addressField, passphrase: z.string() }), keys.keyViewSchema),
    prepareExport: procedure(z.object({ address: addressField }), keys.exportPreparedSchema),
    confirmExport: act('key', keys.exportConfirmSchema, keys.exportedKeySchema),
    /** Takes it out of use; it is never deleted. Refused while a profile has it. */
    archive: act('key', z.object({ address: addressField }), nothing),
  },
  /** The nodes of this program and of the places that it watches, in one list. */
  fleet: {
    /** Of this program's own nodes alone. */
    rows: stream(nothing, fleet.fleetRowsUpdateSchema, 'read'),
    /** To a node of this program. What would need a person is refused: that is done at the program itself. */
    order: procedure(fleet.fleetOrderSchema, nothing, 'operate'),
    watch: stream(nothing, fleet.fleetUpdateSchema),
    /** Each target is tried; what became of it stands in the order of the targets. */
    steer: procedure(fleet.steerSchema, z.object({ results: z.array(fleet.steerResultSchema) })),
    places: {
      list: procedure(nothing, z.object({ places: z.array(fleet.fleetPlaceSchema) })),
      /** A page names no file, and needs the word of a person: the token is sent to that address. */
      add: act('place', fleet.placeDraftSchema, fleet.fleetPlaceSchema),
      /** Its token is forgotten here; it stays good there until it is revoked. */
      remove: procedure(z.object({ name: fleet.placeNameSchema }), nothing),
    },
  },
  /** Who else may read or steer the nodes of this program. Only the command line gives and takes access. */
  access: {
    list: act('own', nothing, z.object({ tokens: z.array(accessViewSchema) })),
    create: act('own', accessDraftSchema, accessCreatedSchema),
    /** Ends its connections at once. */
    revoke: act('own', z.object({ name: accessNameSchema }), nothing),
  },
  acts: {
    /** What a page wants, and a person has not answered yet. */
    pending: act('own', nothing, z.object({ acts: z.array(pendingActSchema) })),
    /** The word of a person, for one act, once. */
    confirm: act('own', z.object({ id: z.string() }), nothing),
  },
  profiles: {
    watch: stream(nothing, profilesUpdateSchema),
    /**
     * An engine that the program knows needs nobody's word; a page can name no other. Nor can it name a models' folder,
     * unless that was chosen: `chosen` is its token. Where models come from changes by the word of a person.
     */
    create: act('program', z.object({ draft: profileDraftSchema, chosen: chosenToken.optional() }), profileViewSchema),
    update: act(
      'program',
      z.object({ id: profileIdSchema, draft: profileDraftSchema, chosen: chosenToken.optional() }),
      profileViewSchema,
    ),
    /** Its store and key stay on the disk; refused while it runs. */
    remove: procedure(profileRef, nothing),
    /** What would keep a node of this draft from starting, before there is one. */
    check: procedure(z.object({ draft: profileDraftSchema }), preflightReportSchema),
    /** Where a start would stake an amount that no person has said yes to, it needs the word of one. */
    start: act('money', profileRef, nothing),
    /** What the profile says now of its stake, and of joining again, is allowed: the word of whoever may read the data directory. */
    allowStake: act('own', profileRef, nothing),
    /** The current task is finished first; the stake stays. */
    stop: procedure(profileRef, nothing),
    /** Everything for a node on this machine's own network in one step: network, key, funds, profile, start. Ends with its call. */
    createOnDevnet: act(
      'program',
      z.object({
        name: z.string().trim().min(1).max(60),
        /** Left out: the engine and the models that this program ships. Another engine needs models that it has. */
        engine: engineConfigSchema.optional(),
        modelIds: z.array(z.string()).min(1).optional(),
      }),
      profileViewSchema,
    ),
  },
  logs: {
    page: procedure(logs.logQuerySchema, logs.logPageSchema),
    /** New lines as they are written. */
    watch: stream(
      logs.logQuerySchema.pick({ profileId: true, level: true, text: true, task: true }),
      z.object({ lines: z.array(logs.logLineSchema) }),
    ),
    bundle: procedure(profileRef, logs.bundleSchema),
  },
  devnet: {
    watch: stream(nothing, devnetStateSchema),
    start: procedure(nothing, nothing),
    stop: procedure(nothing, nothing),
  },
  updates: {
    watch: stream(nothing, updateStateSchema),
    check: procedure(nothing, nothing),
    /** Waits for the running tasks, stops the nodes, installs and starts again. */
    install: procedure(nothing, nothing),
  },
};
export type HostContract = typeof hostContract;
