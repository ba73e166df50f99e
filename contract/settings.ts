/** What a host may set about the program itself. What belongs to one node is in its profile. */
import { z } from 'zod';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each can be told by a notification of the desktop. */
export const NOTICES = ['slashed', 'kickedOut', 'invalidated', 'nodeFailed', 'payment', 'updateReady'] as const;
export type Notice = (typeof NOTICES)[number];

const appearance = z.enum(['system', 'light', 'dark']);
const language = z.enum(LANGUAGES).nullable();
const notices = <Field extends z.ZodType>(field: (notice: Notice) => Field) =>
  z.object(Object.fromEntries(NOTICES.map((notice) => [notice, field(notice)])) as Record<Notice, Field>);
const updates = z.enum(['ask', 'off']);

export const settingsSchema = z.object({
  /** `system` follows the desktop. */
  appearance: appearance.default('system'),
  /** Null = the desktop's, where it is one of ours, else English. */
  language: language.default(null),
  notifications: notices((notice) => z.boolean().default(notice !== 'payment')).prefault({}),
  /** Has a meaning in the desktop program only. */
  startAtLogin: z.boolean().default(false),
  /** Closing the window leaves the nodes running. */
  keepRunningInTray: z.boolean().default(true),
  updates: updates.default('ask'),
  railCollapsed: z.boolean().default(false),
});
export type Settings = z.output<typeof settingsSchema>;

/** What is left out stays as it is. No field has a default here: it would undo what the host has set. */
export const settingsChangeSchema = z
  .object({
    appearance,
    language,
    notifications: notices(() => z.boolean()).partial(),
    startAtLogin: z.boolean(),
    keepRunningInTray: z.boolean(),
    updates,
    railCollapsed: z.boolean(),
  })
  .partial();
export type SettingsChange = z.input<typeof settingsChangeSchema>;

/** When a changed setting counts. */
export const SETTING_EFFECT = {
  appearance: 'now',
  language: 'now',
  notifications: 'now',
  startAtLogin: 'nextLogin',
  keepRunningInTray: 'now',
  updates: 'now',
  railCollapsed: 'now',
} as const satisfies Record<keyof Settings, 'now' | 'nextLogin'>;
