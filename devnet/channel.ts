/** Messages between the devnet's process and whoever started it. Amounts are decimal wei strings. */
import { z } from 'zod';
import { networkPresetSchema } from '../contract/node-config.ts';
import { errorViewSchema, NODE_STATES } from '../contract/worker-channel.ts';
import { addressField, weiField } from '../protocol/wire/fields.ts';
import { anyDevnetConfigSchema } from './any-devnet.ts';
import { DevnetError } from './errors.ts';
import { behaviourSchema } from './peers/behaviour.ts';

export const toDevnetSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), config: anyDevnetConfigSchema }),
  /** Gives an address money and stake out of nothing, like a genesis entry. Answered by `funded`. */
  z.object({
    type: z.literal('fund'),
    id: z.number().int(),
    address: addressField,
    balanceWei: weiField.default(0n),
    /** Coin on the chain. */
    walletWei: weiField.default(0n),
    /** Added to its stake, with new coin; a node that stakes by itself gets `walletWei` instead. */
    stakeWei: weiField.default(0n),
  }),
  /**
   * An application that requests a task every so many seconds, until the next such message; null = none. Not answered.
   */
  z.object({ type: z.literal('workload'), everySeconds: z.number().positive().nullable() }),
  z.object({ type: z.literal('stop') }),
]);
export type ToDevnet = z.output<typeof toDevnetSchema>;
export type ToDevnetInput = z.input<typeof toDevnetSchema>;

const peerViewSchema = z.object({ name: z.string(), address: z.string(), behaviour: behaviourSchema });

export const fromDevnetSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('alive'), pid: z.number().int() }),
  z.object({
    type: z.literal('ready'),
    relayUrl: z.string(),
    network: z.string(),
    samplingModulus: z.number().int(),
    /** What a node of this network needs to know: relay, chain, contracts. */
    preset: networkPresetSchema,
    /** A page that shows the whole network to whoever has its address. */
    explorerUrl: z.string(),
    peers: z.array(peerViewSchema),
  }),
  z.object({ type: z.literal('peer'), name: z.string(), state: z.enum(NODE_STATES), message: z.string() }),
  z.object({ type: z.literal('funded'), id: z.number().int() }),
  /** Something went wrong; the devnet keeps running. */
  z.object({ type: z.literal('error'), error: errorViewSchema }),
  /** The devnet could not start; the process ends. */
  z.object({ type: z.literal('fatal'), error: errorViewSchema }),
  z.object({ type: z.literal('stopped') }),
]);
export type FromDevnet = z.output<typeof fromDevnetSchema>;
/** As sent: amounts are text. */
export type FromDevnetInput = z.input<typeof fromDevnetSchema>;

/** @throws DevnetError DEVNET_BAD_MESSAGE naming the first bad field. */
export function parseDevnetMessage<Schema extends typeof toDevnetSchema | typeof fromDevnetSchema>(
  schema: Schema,
  message: unknown,
): z.output<Schema> {
  const result = schema.safeParse(message);
  if (result.success) return result.data as z.output<Schema>;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new DevnetError('DEVNET_BAD_MESSAGE', `message: ${field}: ${issue?.message ?? 'invalid'}`, { field });
}
