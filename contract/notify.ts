/** What a host is told, by which way, and when not. */
import { z } from 'zod';

/** Each can be told by a notification of the desktop, and elsewhere. */
export const NOTICES = ['slashed', 'kickedOut', 'invalidated', 'nodeFailed', 'payment', 'updateReady'] as const;
export type Notice = (typeof NOTICES)[number];

/** Ways out of this machine. `webhook`: a POST to an address of the host's own. */
export const CHANNELS = ['webhook', 'telegram', 'ntfy'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What may be told elsewhere: the notices, and once a day how it goes. */
export const TOLD = [...NOTICES, 'summary'] as const;
export type Told = (typeof TOLD)[number];

/** They cost money or need somebody: quiet hours do not hold them back, unless the host says so. */
export const URGENT: ReadonlySet<Told> = new Set(['slashed', 'kickedOut', 'nodeFailed']);

export const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:MM');

const tells = z.object(
  Object.fromEntries(TOLD.map((told) => [told, z.boolean().default(told !== 'payment')])) as Record<
    Told,
    z.ZodDefault<z.ZodBoolean>
  >,
);
const channel = z.object({ on: z.boolean().default(false), tells: tells.prefault({}) });

export const elsewhereSchema = z.object({
  webhook: channel.prefault({}),
  telegram: channel
    .extend({
      /** Who is written to: the number of a chat, or the name of a channel. Another one needs the word of a person. */
      chatId: z
        .string()
        .regex(/^(?:-?\d{1,20}|@\w{4,40})?$/, 'must be a number or @name')
        .default(''),
    })
    .prefault({}),
  ntfy: channel.prefault({}),
  /** In the time of this machine; `to` may be on the next day. For the desktop's notifications too. */
  quiet: z
    .object({
      on: z.boolean().default(false),
      from: timeOfDay.default('22:00'),
      to: timeOfDay.default('08:00'),
      urgentAnyway: z.boolean().default(true),
    })
    .prefault({}),
  /** When the day's summary is told. */
  summaryAt: timeOfDay.default('09:00'),
});
export type Elsewhere = z.output<typeof elsewhereSchema>;

/** How a way does. `incomplete`: it is on and lacks an address, a token or a chat. */
export const channelStateSchema = z.object({
  kind: z.enum(['off', 'incomplete', 'ready']),
  waiting: z.number().int().nonnegative(),
  lastSentMs: z.number().nullable(),
  /** Of the last attempt, where it failed. The answer itself is shown to nobody. */
  failure: z
    .object({ atMs: z.number(), code: z.string(), message: z.string(), status: z.number().nullable(), again: z.boolean() })
    .nullable(),
});
export type ChannelState = z.output<typeof channelStateSchema>;

export const channelStatesSchema = z.object({
  webhook: channelStateSchema,
  telegram: channelStateSchema,
  ntfy: channelStateSchema,
});
export type ChannelStates = z.output<typeof channelStatesSchema>;

/** Whether something is held back now. `minute`: of the machine's own day, 0–1439. */
export function isHeldBack(told: Told, { quiet }: Elsewhere, minute: number): boolean {
  if (!quiet.on || (quiet.urgentAnyway && URGENT.has(told))) return false;
  const [from, to] = [minuteOf(quiet.from), minuteOf(quiet.to)];
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

export function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
