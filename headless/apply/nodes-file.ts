/**
 * The file that `crynux-node apply` reads: the keys, networks, settings and nodes that should exist. Every scalar is
 * kept as the text in the file, so an address, an amount or a time is never parsed as a number. Described in
 * docs/fleet.md.
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

/** Reports a missing field as missing, not as a wrong type. */
const typeMessage = (wanted: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input === undefined ? 'is missing' : wanted),
});
/** Texts are shown in a terminal. */
const printableText = z.string(typeMessage('must be a text')).refine(isPlainText, 'must have no control characters');
const text = printableText.trim().min(1, 'must not be empty');
const flag = z.enum(['true', 'false'], typeMessage('must be true or false')).transform((word) => word === 'true');
const count = z
  .string(typeMessage('must be a number'))
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);
const number = z
  .string(typeMessage('must be a number'))
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be a number')
  .transform(Number);
const keysOf = (values: object) => Object.keys(values) as [string, ...string[]];

/** Requires exactly one of these fields. */
function oneOf(names: readonly string[]) {
  const message = `must have exactly one of ${names.join(', ')}`;
  return [(value: object) => names.filter((name) => name in value).length === 1, message] as const;
}

const SECRET_PLACES = ['file', 'descriptor', 'credential'] as const;
const secretPlaces = {
  /** Relative to the folder of the nodes file. */
  file: text.optional(),
  descriptor: count.optional(),
  /** A file in the service manager's credentials folder. */
  credential: text.regex(/^[\w.-]+$/, 'must be the name of a credential').optional(),
};
/** Where to read a secret: the first line of a source. The nodes file never contains the secret itself. */
const secretSource = z.strictObject(secretPlaces).refine(...oneOf(SECRET_PLACES));
export type SecretSource = z.output<typeof secretSource>;

/** A key to read: a private key, recovery words, or a keystore with its passphrase. */
const heldKey = z.strictObject({ ...secretPlaces, passphrase: secretSource.optional() }).refine(...oneOf(SECRET_PLACES));
export type HeldKey = z.output<typeof heldKey>;

const nodeKey = z
  .strictObject({
    ...secretPlaces,
    passphrase: secretSource.optional(),
    /** A key that is stored already or listed under `keys`. */
    address: addressField.optional(),
    /** Creates a new key along with the node, which keeps it from then on. */
    create: flag.optional(),
  })
  .refine(...oneOf([...SECRET_PLACES, 'address', 'create']));

const cards = z
  .strictObject({
    uuid: text.optional(),
    index: count.optional(),
    /** Several identical cards used as one node. */
    ids: z.array(text).min(1, 'must not be empty').optional(),
    /** Made up; only for networks on this machine. */
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
    version: z.literal('1', typeMessage('must be 1')),
    /** The keystore's passphrase: for importing or creating keys, and for unlocking locked ones. */
    passphrase: secretSource.optional(),
    /** Where keys are stored. */
    store: z.enum(KEY_STORE_KINDS).default('keystore'),
    keys: z.array(heldKey).default([]),
    /** Presets of custom networks. */
    networks: z.array(z.strictObject({ file: text })).default([]),
    /** Names and values as in `crynux-node settings set`. */
    settings: z.partialRecord(z.enum(keysOf(SETTING_KEYS)), printableText).default({}),
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
