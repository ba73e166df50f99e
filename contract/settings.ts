/** What a host may set about the program itself. What belongs to one node is in its profile. */
import { z } from 'zod';
import { columnWidthsSchema } from './column-widths.ts';
import { costsSchema } from './costs.ts';
import { elsewhereSchema, NOTICES, type Notice } from './notify.ts';
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
  /** Null = the desktop's, where it is one of ours, else English. */
  language: language.default(null),
  notifications: notices((notice) => z.boolean().default(notice !== 'payment')).prefault({}),
  /** Has a meaning in the desktop program only. */
  startAtLogin: z.boolean().default(false),
  /** Closing the window leaves the nodes running. */
  keepRunningInTray: z.boolean().default(true),
  updates: updates.default('ask'),
  railCollapsed: z.boolean().default(false),
  columnWidths: columnWidthsSchema.prefault({}),
  /** The way to the internet, for the program, its nodes and their engines. */
  proxy: proxySettingSchema.prefault({ kind: 'environment' }),
  /** Notifications by other ways than the desktop; their addresses and tokens are secrets. */
  elsewhere: elsewhereSchema.prefault({}),
  /** What power and coin are worth to the host. */
  costs: costsSchema.prefault({}),
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
    /** The whole of it. */
    columnWidths: columnWidthsSchema,
    proxy: proxySettingSchema,
    /** The whole of it. */
    elsewhere: elsewhereSchema,
    costs: costsSchema,
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
  columnWidths: 'now',
  proxy: 'nextStart',
  elsewhere: 'now',
  costs: 'now',
} as const satisfies Record<keyof Settings, 'now' | 'nextLogin' | 'nextStart'>;

/** Settings that are secrets: they can be set and removed, and nothing of the contract ever gives them back. */
export const SECRET_SETTINGS = ['proxyPassword', 'hubToken', 'webhookUrl', 'telegramToken', 'ntfyUrl'] as const;
export type SecretSetting = (typeof SECRET_SETTINGS)[number];

/** Where one is kept; null = it is not set. `file`: readable by this user alone, where there is no keychain. */
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
  .refine(({ name, value }) => value === null || fits(name, value), 'it is no such address or token');

/** An address that is asked, or a token, has a form; whether it is right says whoever is asked. */
function fits(name: SecretSetting, value: string): boolean {
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

/** Null: it is none that is asked by HTTP. */
export function httpUrlOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null;
}
export type SecretChange = z.input<typeof secretChangeSchema>;

/** How one destination is reached. */
export const routeSchema = z.object({
  /** What for: a relay or a chain of a network, the model hub, the official worker's patches. */
  target: z.enum(['relay', 'chain', 'hub', 'patches']),
  /** Id of the network; null = of none. */
  networkId: z.string().nullable(),
  host: z.string(),
  way: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('direct'), why: z.enum(['loopback', 'excepted', 'none']) }),
    /** `proxy` without name and password; `source` is `settings` or a variable of the environment. */
    z.object({ kind: z.literal('proxy'), proxy: z.string(), source: z.string() }),
    z.object({ kind: z.literal('unusable'), source: z.string(), code: z.string(), message: z.string(), remedy: z.string() }),
  ]),
});
export type Route = z.output<typeof routeSchema>;
