/**
 * Many nodes in one list: this program's, and those of other programs that it watches. A row is made where the node
 * runs, from the node's truth (contract/truth), and passed on unchanged. Text from other programs is limited in size
 * and moves no cursor.
 */

import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { accessNameSchema, accessTokenSchema } from './access.ts';
import { plainText } from './plain-text.ts';
import { LIFE_STATES } from './truth/life-state.ts';
import { type NodeTruth, TRUTH_TONES } from './truth/node-truth.ts';
import { errorViewSchema } from './worker-channel.ts';

/** Per place. A machine has a few cards, a cluster's program some more. */
export const MAX_PLACE_ROWS = 2_000;
export const MAX_PLACES = 64;

/**
 * pause: finish the current task and take no new one; resume: take tasks again, or start again after a drain; drain:
 * finish the current task and stop.
 */
export const FLEET_ORDERS = ['pause', 'resume', 'drain'] as const;
export type FleetOrder = (typeof FLEET_ORDERS)[number];

const cleanText = (most: number) => z.string().transform((text) => plainText(text).slice(0, most));
/** From a ledger's sums. */
const wei = z
  .string()
  .regex(/^-?\d{1,60}$/)
  .nullable();
const nodeId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const revision = z.number().int();

export const fleetRowSchema = z.object({
  node: nodeId,
  name: cleanText(60),
  network: cleanText(80),
  address: addressField,
  /** A newer program may use words that this one does not know. */
  life: z.enum(LIFE_STATES).catch('unknown'),
  tone: z.enum(TRUTH_TONES).catch('neutral'),
  card: cleanText(120).nullable(),
  /** Net, since UTC midnight, and over 30 UTC days including today; null = not read yet. */
  todayWei: wei,
  monthWei: wei,
  /** Combined, 0–1. */
  qos: z.number().min(0).max(1).nullable().catch(null),
  /** Kinds of contract/truth/attention.ts, most serious first; those of a newer program may be unknown here. */
  attention: z.array(z.string().regex(/^[a-zA-Z]{1,40}$/)).max(40),
  /** The orders that it currently accepts. */
  orders: z.array(z.enum(FLEET_ORDERS)).max(FLEET_ORDERS.length),
});
export type FleetRow = Readonly<z.output<typeof fleetRowSchema>>;

/** This program's own nodes. First a snapshot, then changes; after a gap in the revisions, subscribe again. */
export const fleetRowsUpdateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), revision, version: cleanText(40), rows: z.array(fleetRowSchema).max(MAX_PLACE_ROWS) }),
  z.object({
    kind: z.literal('changed'),
    revision,
    rows: z.array(fleetRowSchema).max(MAX_PLACE_ROWS),
    gone: z.array(nodeId).max(MAX_PLACE_ROWS),
  }),
]);
export type FleetRowsUpdate = z.output<typeof fleetRowsUpdateSchema>;

/** The name of this program among the places. */
export const HERE_PLACE = 'here';
export const placeNameSchema = accessNameSchema.refine(
  (name) => name !== HERE_PLACE,
  'must not be "here", which is this program',
);

export const placeDraftSchema = z.object({
  name: placeNameSchema,
  /** `http://127.0.0.1:PORT` at the near end of a tunnel, otherwise `https://`. */
  url: z.string().max(300),
  token: accessTokenSchema,
  /** PEM files, read for each connection: authorities to trust besides the system's, and this program's certificate. */
  caFile: z.string().min(1).max(1_000).nullable().default(null),
  certFile: z.string().min(1).max(1_000).nullable().default(null),
  keyFile: z.string().min(1).max(1_000).nullable().default(null),
});
export type PlaceDraft = Readonly<z.output<typeof placeDraftSchema>>;

export const placeStateSchema = z.discriminatedUnion('kind', [
  /** This program. */
  z.object({ kind: z.literal('here') }),
  z.object({ kind: z.literal('connecting') }),
  z.object({ kind: z.literal('open') }),
  /** It is retried automatically. */
  z.object({ kind: z.literal('away'), error: errorViewSchema }),
]);

export const fleetPlaceSchema = z.object({
  place: accessNameSchema,
  url: z.string().nullable(),
  state: placeStateSchema,
  /** When its rows were last known to be current; null = never, or they are now. */
  heardMs: z.number().nullable(),
  version: z.string().nullable(),
});
export type FleetPlace = Readonly<z.output<typeof fleetPlaceSchema>>;

export const fleetTargetSchema = z.object({ place: accessNameSchema, node: nodeId });
export type FleetTarget = Readonly<z.output<typeof fleetTargetSchema>>;

export const fleetEntrySchema = z.object({ place: accessNameSchema, row: fleetRowSchema });
export type FleetEntry = Readonly<z.output<typeof fleetEntrySchema>>;

/** All places with their rows. A change contains all of the places, but only the rows that have changed. */
export const fleetUpdateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), revision, places: z.array(fleetPlaceSchema), rows: z.array(fleetEntrySchema) }),
  z.object({
    kind: z.literal('changed'),
    revision,
    places: z.array(fleetPlaceSchema),
    rows: z.array(fleetEntrySchema),
    gone: z.array(fleetTargetSchema),
  }),
]);
export type FleetUpdate = z.output<typeof fleetUpdateSchema>;

export const MAX_STEERED = 2_000;
export const steerSchema = z.object({
  targets: z.array(fleetTargetSchema).min(1).max(MAX_STEERED),
  order: z.enum(FLEET_ORDERS),
});
export const steerResultSchema = fleetTargetSchema.extend({
  /** Null = the order was accepted; the row then shows its effect. */
  error: errorViewSchema.nullable(),
});
export type SteerResult = Readonly<z.output<typeof steerResultSchema>>;

export const fleetOrderSchema = z.object({ node: nodeId, order: z.enum(FLEET_ORDERS) });

/**
 * The orders that a node accepts remotely. Rejoining, unlocking a key and recovering from a failure are done at the
 * node itself.
 */
export function ordersOf({ life, controls }: Pick<NodeTruth, 'life' | 'controls'>): FleetOrder[] {
  const isDrained = life === 'stopped' && controls.includes('start');
  return [
    ...(controls.includes('pause') ? (['pause'] as const) : []),
    ...(controls.includes('resume') || isDrained ? (['resume'] as const) : []),
    ...(controls.includes('stop') ? (['drain'] as const) : []),
  ];
}
