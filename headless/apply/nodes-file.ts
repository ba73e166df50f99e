/**
 * What `crynux-node apply` reads: keys, networks, settings and nodes as they are to be. Every scalar arrives as the text that
 * the file has, so that an address, an amount or a time is never taken for a number. docs/fleet.md describes it.
 */
import { z } from 'zod';
import { KEY_STORE_KINDS } from '../../contract/keys.ts';
import { LOG_LEVELS } from '../../contract/logs.ts';
import { isPlainText } from '../../contract/plain-text.ts';
import { REJOIN_POLICIES } from '../../contract/profiles.ts';
import { retentionSchema } from '../../contract/retention.ts';
import { parseCnx } from '../../protocol/money/wei.ts';
import { addressField } from '../../protocol/wire/fields.ts';
import { SECRET_KEYS, SETTING_KEYS } from '../cli/commands/settings.ts';

/** What is missing is said to be missing. */
const as = (wanted: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input === undefined ? 'is missing' : wanted),
});
/** It is shown at a terminal. */
const shown = z.string(as('must be a text')).refine(isPlainText, 'must have no control characters');
const text = shown.trim().min(1, 'must not be empty');
const flag = z.enum(['true', 'false'], as('must be true or false')).transform((word) => word === 'true');
const count = z
  .string(as('must be a number'))
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);
const number = z
  .string(as('must be a number'))
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be a number')
  .transform(Number);
const keysOf = (values: object) => Object.keys(values) as [string, ...string[]];

/** Exactly one of these fields. */
function oneOf(names: readonly string[]) {
  const message = `must have exactly one of ${names.join(', ')}`;
  return [(value: object) => names.filter((name) => name in value).length === 1, message] as const;
}

const SECRET_PLACES = ['file', 'descriptor', 'credential'] as const;
const secretPlaces = {
  /** Relative to the folder of the nodes file. */
  file: text.optional(),
  descriptor: count.optional(),
  /** A file of the service manager's folder of credentials. */
  credential: text.regex(/^[\w.-]+$/, 'must be the name of a credential').optional(),
};
/** Where a secret is read: its first line. The secret itself never stands in the nodes file. */
const secretSource = z.strictObject(secretPlaces).refine(...oneOf(SECRET_PLACES));
export type SecretSource = z.output<typeof secretSource>;

/** A key that is read: a private key, recovery words, or a keystore with its passphrase. */
const heldKey = z.strictObject({ ...secretPlaces, passphrase: secretSource.optional() }).refine(...oneOf(SECRET_PLACES));
export type HeldKey = z.output<typeof heldKey>;

const nodeKey = z
  .strictObject({
    ...secretPlaces,
    passphrase: secretSource.optional(),
    /** One that is here already, or among `keys`. */
    address: addressField.optional(),
    /** A new one, made with the node and kept by it from then on. */
    create: flag.optional(),
  })
  .refine(...oneOf([...SECRET_PLACES, 'address', 'create']));

const cards = z
  .strictObject({
    uuid: text.optional(),
    index: count.optional(),
    /** Several cards of one name, as one node. */
    ids: z.array(text).min(1, 'must not be empty').optional(),
    /** Made up, for networks that run on this machine. */
    stated: z.strictObject({ name: text, vramGib: count, uuids: z.array(text).default([]) }).optional(),
  })
  .refine(...oneOf(['uuid', 'index', 'ids', 'stated']));
const gpu = z.union([z.literal('only', 'must be "only", or name a card'), cards]);
export type DeclaredGpu = z.output<typeof gpu>;

const engine = z.union([
  z.enum(['found', 'embedded'], 'must be "found", "embedded", or official: PATH'),
  z.strictObject({ official: text }),
]);
export type DeclaredEngine = z.output<typeof engine>;

const stake = text.refine((value) => value === 'minimum' || isCnx(value), 'must be an amount of CNX, or minimum');

function isCnx(value: string): boolean {
  try {
    return parseCnx(value) > 0n;
  } catch {
    return false;
  }
}

const nodeSchema = z.strictObject({
  name: text.max(60, 'must have at most 60 letters'),
  network: text,
  key: nodeKey,
  stake: stake.optional(),
  engine: engine.optional(),
  gpu: gpu.optional(),
  models: z.array(text).min(1, 'must not be empty').optional(),
  modelsFolder: text.optional(),
  hub: text.optional(),
  mirrors: z.array(text).optional(),
  autoStart: flag.optional(),
  rejoin: z.enum(REJOIN_POLICIES).optional(),
  retention: z
    .strictObject({
      days: count.pipe(retentionSchema.shape.days.unwrap()).optional(),
      resultsGib: number.pipe(retentionSchema.shape.resultsGib.unwrap()).optional(),
    })
    .optional(),
  logLevel: z.enum(LOG_LEVELS).optional(),
});
export type DeclaredNode = z.output<typeof nodeSchema>;

export const nodesFileSchema = z
  .strictObject({
    version: z.literal('1', as('must be 1')),
    /** Of the keystore: for keys that are taken in or made, and to open those that are locked. */
    passphrase: secretSource.optional(),
    /** Where keys go. */
    store: z.enum(KEY_STORE_KINDS).default('keystore'),
    keys: z.array(heldKey).default([]),
    /** Presets of the host's own. */
    networks: z.array(z.strictObject({ file: text })).default([]),
    /** By the names of `crynux-node settings set`, with its values. */
    settings: z.partialRecord(z.enum(keysOf(SETTING_KEYS)), shown).default({}),
    secrets: z.partialRecord(z.enum(keysOf(SECRET_KEYS)), secretSource).default({}),
    nodes: z.array(nodeSchema).default([]),
  })
  .superRefine(({ nodes }, context) => {
    for (const [at, { name }] of nodes.entries()) {
      if (nodes.findIndex((one) => one.name === name) === at) continue;
      context.addIssue({ code: 'custom', path: ['nodes', at, 'name'], message: `another node is called ${name}` });
    }
  });
export type NodesContent = z.output<typeof nodesFileSchema>;
