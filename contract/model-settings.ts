/** Where models are stored and come from. Separate from contract/models.ts because a node's config contains it. */
import { z } from 'zod';

export const proxySchema = z.object({
  host: z.string().regex(/^[\w.-]+$|^\[[\da-fA-F:]+\]$/, 'must be a host name or an address'),
  port: z.number().int().min(1).max(65_535),
  username: z.string().default(''),
  password: z.string().default(''),
});
export type ProxySettings = z.output<typeof proxySchema>;

/** Shared by all profiles that use the same directory. */
export const modelSettingsSchema = z.object({
  /** Models directory for engines of all kinds; absent = `models` in the node's data directory, which is not shared. */
  directory: z.string().min(1).optional(),
  hubUrl: z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
  /** Tried in this order for files that the hub does not have. */
  mirrorUrls: z.array(z.url({ protocol: /^https?$/ })).default([]),
  /** Null: as the environment says (HTTPS_PROXY, NO_PROXY). */
  proxy: proxySchema.nullable().default(null),
  /** Free space that a download must leave on the disk. */
  reserveBytes: z
    .number()
    .int()
    .nonnegative()
    .default(512 * 1024 * 1024),
});
export type ModelSettings = z.output<typeof modelSettingsSchema>;
