/** Where models live and come from. Apart from contract/models.ts, so that a node's config can hold it. */
import { z } from 'zod';

export const proxySchema = z.object({
  host: z.string().regex(/^[\w.-]+$|^\[[\da-fA-F:]+\]$/, 'must be a host name or an address'),
  port: z.number().int().min(1).max(65_535),
  username: z.string().default(''),
  password: z.string().default(''),
});
export type ProxySettings = z.output<typeof proxySchema>;

/** The same for all profiles that share a directory. */
export const modelSettingsSchema = z.object({
  /** Models directory, for every kind of engine; absent = `models` in the node's data directory, shared with nobody. */
  directory: z.string().min(1).optional(),
  hubUrl: z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
  /** Asked, in this order, for what the hub does not give. */
  mirrorUrls: z.array(z.url({ protocol: /^https?$/ })).default([]),
  /** Null: as the environment says (HTTPS_PROXY, NO_PROXY). */
  proxy: proxySchema.nullable().default(null),
  /** What a download leaves free on the disk. */
  reserveBytes: z
    .number()
    .int()
    .nonnegative()
    .default(512 * 1024 * 1024),
});
export type ModelSettings = z.output<typeof modelSettingsSchema>;
