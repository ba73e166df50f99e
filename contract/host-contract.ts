/**
 * What can be requested from the program around the nodes: Electron's main process, or the headless server. Nodes are
 * asked directly (contract/node-contract.ts). Served over any transport of contract/rpc-port.ts.
 */
import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { accessCreatedSchema, accessDraftSchema, accessNameSchema, accessViewSchema } from './access.ts';
import { actQuestionSchema } from './act-questions.ts';
import { act, procedure, stream } from './acts.ts';
import { devnetStateSchema } from './devnet.ts';
import { backendViewSchema } from './engines.ts';
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
  /** Features that this shell lacks (no tray, no login item) are not offered. */
  features: z.object({
    notifications: z.boolean(),
    startAtLogin: z.boolean(),
    tray: z.boolean(),
    updates: z.boolean(),
    /** It can ask a person for a folder (`places.choose`). */
    folders: z.boolean(),
  }),
  /** What was repaired when the data directory was opened, or could not be. */
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
  /** Shown until the contract has been read. */
  minStakeWei: z.string(),
  chainId: z.number().nullable(),
  /** Announced only: staking is not possible there yet. */
  comingSoon: z.boolean(),
  /** Base URL of the chain's explorer; null = unknown. */
  explorerUrl: z.string().nullable(),
  /** It has separate staking contracts in addition to a relay. */
  hasChain: z.boolean(),
  /** Where its tasks are; in mode `chain`, stake and pay are there, too. */
  mode: z.enum(NETWORK_MODES),
});
export type NetworkView = z.output<typeof networkViewSchema>;

/** The minimum stake of a network. `preset`: there is no contract to read it from. */
export const minimumStakeSchema = z.object({ minimumWei: z.string(), from: z.enum(['contract', 'preset']) });
export type MinimumStake = z.output<typeof minimumStakeSchema>;

/** An engine on this machine, and whether it can be used. */
export const engineViewSchema = z.object({
  kind: z.enum(['embedded', 'official']),
  title: z.string(),
  /** Program or folder; null for the engine that is part of this program. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** `none`: nothing is patched; `off`: the host has turned patches off. */
  patches: z.enum(['none', 'applied', 'available', 'off', 'unknown']),
  /** Can be used as a profile's engine; null = it cannot be used, see `problem`. */
  config: engineConfigSchema.nullable(),
  problem: errorViewSchema.nullable(),
  /** IDs of the networks that accept it. */
  acceptedBy: z.array(z.string()),
  /** Models that are available for it and ready to be offered. */
  modelIds: z.array(z.string()),
});
export type EngineView = z.output<typeof engineViewSchema>;

export const updateStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off') }),
  z.object({ kind: z.literal('current'), checkedMs: z.number().nullable() }),
  z.object({ kind: z.literal('available'), version: z.string() }),
  z.object({ kind: z.literal('downloading'), version: z.string(), percent: z.number() }),
  /** Installed when the running tasks are done and the host confirms. */
  z.object({ kind: z.literal('ready'), version: z.string() }),
  z.object({ kind: z.literal('failed'), error: errorViewSchema }),
]);
export type UpdateState = z.output<typeof updateStateSchema>;

/** An act of a page that is waiting for a person's confirmation. */
export const pendingActSchema = z.object({ id: z.string(), question: actQuestionSchema, leftMs: z.number() });
export type PendingAct = Readonly<z.output<typeof pendingActSchema>>;

/** What a folder is chosen for. A choice is valid only for this purpose. */
export const PLACE_KINDS = ['engine', 'models'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** A folder that a person has chosen in one of the program's own dialogs. The token can be used once, within ten minutes. */
export const chosenPlaceSchema = z.object({ token: z.string(), path: z.string() });
export type ChosenPlace = Readonly<z.output<typeof chosenPlaceSchema>>;
const chosenToken = z.string().min(1).max(100);

export const hostContract = {
  app: {
    info: procedure(nothing, appInfoSchema),
  },
  settings: {
    watch: stream(nothing, settingsSchema),
    /** Changing the proxy or the chat that messages go to needs confirmation by a person; other changes do not. */
    change: act('place', settingsChangeSchema, settingsSchema),
    /** Which secrets are set, and where each is stored; never the secrets themselves. */
    secrets: procedure(nothing, secretsViewSchema),
    setSecret: act('place', secretChangeSchema, secretsViewSchema),
    /** The proxy, if any, through which each destination is reached. */
    routes: procedure(nothing, z.object({ routes: z.array(routeSchema), unreadExceptions: z.array(z.string()) })),
  },
  notify: {
    /** The state of each notification channel. */
    watch: stream(nothing, channelStatesSchema),
    /** Sends a fixed text now through one channel, to the host's address for it; once in five seconds at most. */
    test: procedure(z.object({ channel: z.enum(CHANNELS) }), nothing),
  },
  networks: {
    list: procedure(nothing, z.object({ networks: z.array(networkViewSchema), problems: z.array(errorViewSchema) }), 'read'),
    /** Read from the network's contract. */
    minimumStake: procedure(z.object({ id: z.string() }), minimumStakeSchema),
    /** What an address holds and needs there for a stake; null if nothing is staked on a chain. */
    funding: procedure(firstRun.fundingQuerySchema, z.object({ funding: firstRun.fundingSchema.nullable() })),
    /** The checks that are possible before there is a card or an engine: network, chain, money, key. */
    check: procedure(firstRun.fundingQuerySchema, preflightReportSchema),
    /** Adds a preset of the host's own; it never replaces a built-in one. */
    add: act('money', z.object({ preset: networkPresetSchema }), networkViewSchema),
    remove: procedure(z.object({ id: z.string() }), nothing),
  },
  engines: {
    list: procedure(nothing, z.object({ engines: z.array(engineViewSchema) })),
    /** The back ends for this system that can be installed. Empty: npm has installed them all, or there are none. */
    backends: procedure(nothing, z.object({ backends: z.array(backendViewSchema) })),
    /**
     * Inspects a folder or program without running anything. A page cannot name one: it passes the token of a folder
     * that was chosen. An engine that is found there is in `list` from then on.
     */
    inspect: act('place', z.union([z.object({ path: z.string().min(1) }), z.object({ chosen: chosenToken })]), engineViewSchema),
    /** Reads the official node's release page, whose address is fixed. */
    release: procedure(nothing, firstRun.officialReleaseSchema),
    /**
     * Downloads a file of that release into the data directory, only from the page's own address, and keeps it only if
     * it matches the page's description. Nothing in it is opened or run. Calling it again resumes where it stopped.
     */
    fetch: procedure(z.object({ name: z.string().min(1).max(200) }), nothing),
    stopFetch: procedure(nothing, nothing),
    watchFetch: stream(nothing, firstRun.officialDownloadSchema),
  },
  firstRun: {
    /** The choices so far for a new node; null = none. */
    draft: procedure(nothing, z.object({ draft: firstRun.firstRunDraftSchema.nullable() })),
    keepDraft: procedure(z.object({ draft: firstRun.firstRunDraftSchema.nullable() }), nothing),
  },
  places: {
    /** Asks a person for a folder, in a dialog that no page can fill in. Null: none was chosen. */
    choose: procedure(z.object({ kind: z.enum(PLACE_KINDS) }), z.object({ chosen: chosenPlaceSchema.nullable() })),
  },
  gpus: {
    inventory: procedure(
      nothing,
      z.object({
        inventory: gpuInventorySchema,
        /** Who uses each card: card ID → profile ID. */
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
    /** Takes a key out of use; it is never deleted. Refused while a profile uses it. */
    archive: act('key', z.object({ address: addressField }), nothing),
  },
  /** The nodes of this program and of the places that it watches, in one list. */
  fleet: {
    /** This program's own nodes only. */
    rows: stream(nothing, fleet.fleetRowsUpdateSchema, 'read'),
    /**
     * An order to a node of this program. Orders that would need confirmation by a person are refused: they must be
     * given at that program itself.
     */
    order: procedure(fleet.fleetOrderSchema, nothing, 'operate'),
    watch: stream(nothing, fleet.fleetUpdateSchema),
    /** Tries every target; the results are in the order of the targets. */
    steer: procedure(fleet.steerSchema, z.object({ results: z.array(fleet.steerResultSchema) })),
    places: {
      list: procedure(nothing, z.object({ places: z.array(fleet.fleetPlaceSchema) })),
      /** A page cannot name files, and needs confirmation by a person, because the token is sent to that address. */
      add: act('place', fleet.placeDraftSchema, fleet.fleetPlaceSchema),
      /** The token is forgotten here, but remains valid there until it is revoked. */
      remove: procedure(z.object({ name: fleet.placeNameSchema }), nothing),
    },
  },
  /** Who else may read or control the nodes of this program. Only the command line grants and revokes access. */
  access: {
    list: act('own', nothing, z.object({ tokens: z.array(accessViewSchema) })),
    create: act('own', accessDraftSchema, accessCreatedSchema),
    /** Closes its connections at once. */
    revoke: act('own', z.object({ name: accessNameSchema }), nothing),
  },
  acts: {
    /** Acts that pages have requested and no person has answered yet. */
    pending: act('own', nothing, z.object({ acts: z.array(pendingActSchema) })),
    /** A person's confirmation of one act, once. */
    confirm: act('own', z.object({ id: z.string() }), nothing),
  },
  profiles: {
    watch: stream(nothing, profilesUpdateSchema),
    /**
     * An engine that the program knows needs no confirmation; a page cannot name any other, nor a models folder that
     * was not chosen: `chosen` is its token. Changing where models come from needs confirmation by a person.
     */
    create: act('program', z.object({ draft: profileDraftSchema, chosen: chosenToken.optional() }), profileViewSchema),
    update: act(
      'program',
      z.object({ id: profileIdSchema, draft: profileDraftSchema, chosen: chosenToken.optional() }),
      profileViewSchema,
    ),
    /** Its store and key stay on disk; refused while it is running. */
    remove: procedure(profileRef, nothing),
    /** What would prevent a node of this draft from starting, before the node exists. */
    check: procedure(z.object({ draft: profileDraftSchema }), preflightReportSchema),
    /** If a start would stake an amount that no person has agreed to, it needs confirmation. */
    start: act('money', profileRef, nothing),
    /** Allows the profile's current stake and rejoin setting. Only for callers who can read the data directory. */
    allowStake: act('own', profileRef, nothing),
    /** The current task is finished first; the stake stays. */
    stop: procedure(profileRef, nothing),
    /**
     * Sets up a node on this machine's own network in one step: network, key, funds, profile, start. Aborts if the call
     * is cancelled.
     */
    createOnDevnet: act(
      'program',
      z.object({
        name: z.string().trim().min(1).max(60),
        /** Omitted: the engine and the models that come with this program. A different engine needs its own models. */
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
    /** Waits for the running tasks, stops the nodes, installs the update and restarts. */
    install: procedure(nothing, nothing),
  },
};
export type HostContract = typeof hostContract;
