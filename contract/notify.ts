/** What a host is notified of, through which channels, and when not. */
import { z } from 'zod';

/** Each can be a desktop notification, and can be sent elsewhere. */
export const NOTICES = ['slashed', 'kickedOut', 'invalidated', 'nodeFailed', 'payment', 'updateReady'] as const;
export type Notice = (typeof NOTICES)[number];

/** Ways out of this machine. `webhook`: a POST to an address of the host's own. */
export const CHANNELS = ['webhook', 'telegram', 'ntfy'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What can be sent elsewhere: the notices, and a daily summary. */
export const CHANNEL_NOTICES = [...NOTICES, 'summary'] as const;
export type ChannelNotice = (typeof CHANNEL_NOTICES)[number];

/** They cost money or need action, so they ignore quiet hours unless the host decides otherwise. */
export const URGENT: ReadonlySet<ChannelNotice> = new Set(['slashed', 'kickedOut', 'nodeFailed']);

export const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:MM');

const tells = z.object(
  Object.fromEntries(CHANNEL_NOTICES.map((told) => [told, z.boolean().default(told !== 'payment')])) as Record<
    ChannelNotice,
    z.ZodDefault<z.ZodBoolean>
  >,
);
const channel = z.object({ on: z.boolean().default(false), tells: tells.prefault({}) });

export const channelSettingsSchema = z.object({
  webhook: channel.prefault({}),
  telegram: channel
    .extend({
      /** The recipient: a chat's number or a channel's name. Changing it needs confirmation by a person. */
      chatId: z
        .string()
        .regex(/^(?:-?\d{1,20}|@\w{4,40})?$/, 'must be a number or @name')
        .default(''),
    })
    .prefault({}),
  ntfy: channel.prefault({}),
  /** In this machine's time; `to` may be on the next day. Also applies to desktop notifications. */
  quiet: z
    .object({
      on: z.boolean().default(false),
      from: timeOfDay.default('22:00'),
      to: timeOfDay.default('08:00'),
      urgentAnyway: z.boolean().default(true),
    })
    .prefault({}),
  /** When the daily summary is sent. */
  summaryAt: timeOfDay.default('09:00'),
});
export type ChannelSettings = z.output<typeof channelSettingsSchema>;

/** The state of a channel. `incomplete`: it is on, but lacks an address, a token or a chat. */
export const channelStateSchema = z.object({
  kind: z.enum(['off', 'incomplete', 'ready']),
  waiting: z.number().int().nonnegative(),
  lastSentMs: z.number().nullable(),
  /** The last attempt's failure, if it failed. The response body is never shown. */
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

/** Whether a notice is held back now. `minute`: minute of the machine's day, 0–1439. */
export function isHeldBack(told: ChannelNotice, { quiet }: ChannelSettings, minute: number): boolean {
  if (!quiet.on || (quiet.urgentAnyway && URGENT.has(told))) return false;
  const [from, to] = [minuteOf(quiet.from), minuteOf(quiet.to)];
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

export function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
