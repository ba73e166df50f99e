/** What a host may set about the program itself. What belongs to one node is in its profile. */
import { z } from 'zod';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each can be told by a notification of the desktop. */
export const NOTICES = ['slashed', 'kickedOut', 'invalidated', 'nodeFailed', 'payment', 'updateReady'] as const;
export type Notice = (typeof NOTICES)[number];

export const settingsSchema = z.object({
  /** `system` follows the desktop. */
  appearance: z.enum(['system', 'light', 'dark']).default('system'),
  /** Null = the desktop's, where it is one of ours, else English. */
  language: z.enum(LANGUAGES).nullable().default(null),
  notifications: z
    .object(
      Object.fromEntries(NOTICES.map((notice) => [notice, z.boolean().default(notice !== 'payment')])) as Record<
        Notice,
        z.ZodDefault<z.ZodBoolean>
      >,
    )
    .prefault({}),
  /** Has a meaning in the desktop program only. */
  startAtLogin: z.boolean().default(false),
  /** Closing the window leaves the nodes running. */
  keepRunningInTray: z.boolean().default(true),
  updates: z.enum(['ask', 'off']).default('ask'),
  railCollapsed: z.boolean().default(false),
});
export type Settings = z.output<typeof settingsSchema>;
export const settingsChangeSchema = settingsSchema.partial();
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
