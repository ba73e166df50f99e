/** The program's own settings. Those of one node are in its profile. */
import { z } from 'zod';
import { columnWidthsSchema } from './column-widths.ts';
import { costsSchema } from './costs.ts';
import { channelSettingsSchema, NOTICES, type Notice } from './notify.ts';
import { proxySettingSchema } from './proxy.ts';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

const appearance = z.enum(['system', 'light', 'dark']);
const language = z.enum(LANGUAGES).nullable();
const notices = <Field extends z.ZodType>(field: (notice: Notice) => Field) =>
  z.object(Object.fromEntries(NOTICES.map((notice) => [notice, field(notice)])) as Record<Notice, Field>);
const updates = z.enum(['ask', 'off']);

export const settingsSchema = z.object({
  /** `system` follows the desktop. */
  appearance: appearance.default('system'),
  /** Null = the desktop's language if we have it, otherwise English. */
  language: language.default(null),
  notifications: notices((notice) => z.boolean().default(notice !== 'payment')).prefault({}),
  /** Only meaningful in the desktop program. */
  startAtLogin: z.boolean().default(false),
  /** Closing the window keeps the nodes running. */
  keepRunningInTray: z.boolean().default(true),
  updates: updates.default('ask'),
  railCollapsed: z.boolean().default(false),
  columnWidths: columnWidthsSchema.prefault({}),
  /** How to reach the internet, for the program, its nodes and their engines. */
  proxy: proxySettingSchema.prefault({ kind: 'environment' }),
  /** Notifications through other channels than the desktop; their addresses and tokens are secrets. */
  elsewhere: channelSettingsSchema.prefault({}),
  /** The host's prices for power and coin. */
  costs: costsSchema.prefault({}),
});
export type Settings = z.output<typeof settingsSchema>;

/** Omitted fields stay as they are. No field has a default here, because it would undo what the host has set. */
export const settingsChangeSchema = z
  .object({
    appearance,
    language,
    notifications: notices(() => z.boolean()).partial(),
    startAtLogin: z.boolean(),
    keepRunningInTray: z.boolean(),
    updates,
    railCollapsed: z.boolean(),
    /** All of it. */
    columnWidths: columnWidthsSchema,
    proxy: proxySettingSchema,
    /** All of it. */
    elsewhere: channelSettingsSchema,
    costs: costsSchema,
  })
  .partial();
export type SettingsChange = z.input<typeof settingsChangeSchema>;

/** When a changed setting takes effect. */
export const SETTING_EFFECT = {
  appearance: 'now',
  language: 'now',
  notifications: 'now',
  startAtLogin: 'nextLogin',
  keepRunningInTray: 'now',
  updates: 'now',
  railCollapsed: 'now',
  columnWidths: 'now',
  proxy: 'nextStart',
  elsewhere: 'now',
  costs: 'now',
} as const satisfies Record<keyof Settings, 'now' | 'nextLogin' | 'nextStart'>;

/** Settings that are secrets: they can be set and removed, but the contract never returns them. */
export const SECRET_SETTINGS = ['proxyPassword', 'hubToken', 'webhookUrl', 'telegramToken', 'ntfyUrl'] as const;
export type SecretSetting = (typeof SECRET_SETTINGS)[number];

/** Where one is stored; null = it is not set. `file`: readable only by this user, if there is no keychain. */
const secretPlace = z.enum(['keychain', 'file']).nullable();
export const secretsViewSchema = z.object(
  Object.fromEntries(SECRET_SETTINGS.map((name) => [name, secretPlace])) as Record<SecretSetting, typeof secretPlace>,
);
export type SecretsView = z.output<typeof secretsViewSchema>;

export const secretChangeSchema = z
  .object({
    name: z.enum(SECRET_SETTINGS),
    /** Null = remove it. */
    value: z
      .string()
      .min(1)
      .max(4_000)
      .refine((text) => ![...text].some((sign) => sign < ' ' || sign === '\u007f'), 'it must be one line')
      .nullable(),
  })
  .refine(({ name, value }) => value === null || isWellFormed(name, value), 'it is not a valid address or token');

/** Checks the form of an address or token; only the service can tell whether it is right. */
function isWellFormed(name: SecretSetting, value: string): boolean {
  switch (name) {
    case 'webhookUrl':
      return httpUrlOf(value) !== null;
    case 'ntfyUrl':
      return /^\/(?:.*\/)?[\w-]{1,64}$/.test(httpUrlOf(value)?.pathname ?? '');
    case 'telegramToken':
      return /^\d{3,20}:[\w-]{20,100}$/.test(value);
    default:
      return true;
  }
}

/** Null: it is not an HTTP URL. */
export function httpUrlOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null;
}
export type SecretChange = z.input<typeof secretChangeSchema>;

/** How one destination is reached. */
export const routeSchema = z.object({
  /** Its purpose: a relay or a chain of a network, the model hub, the official worker's patches. */
  target: z.enum(['relay', 'chain', 'hub', 'patches']),
  /** ID of the network; null = none. */
  networkId: z.string().nullable(),
  host: z.string(),
  way: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('direct'), why: z.enum(['loopback', 'excepted', 'none']) }),
    /** `proxy` without name and password; `source` is `settings` or an environment variable. */
    z.object({ kind: z.literal('proxy'), proxy: z.string(), source: z.string() }),
    z.object({ kind: z.literal('unusable'), source: z.string(), code: z.string(), message: z.string(), remedy: z.string() }),
  ]),
});
export type Route = z.output<typeof routeSchema>;
