/**
 * Where an installed program looks for updates, and whose signature it trusts. Both are in its manifest, which is
 * inside the archive, so that no file next to it can redirect the program.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { IS_PACKAGE, PROGRAMS } from '../../platform/programs.ts';

const feedSchema = z.object({
  /** Folder that contains the channel's files. */
  url: z.url({ protocol: /^https$/ }),
  /** Ed25519, SPKI in base64: the key that signs each channel's file. */
  publicKey: z.base64(),
  channel: z.string().regex(/^[a-z]+$/),
});
export type UpdateFeed = Readonly<z.output<typeof feedSchema>>;

/**
 * From a manifest's text; null = the package was made without a feed. @throws ZodError if the address is not https or
 * there is no key
 */
export function feedOf(manifest: string): UpdateFeed | null {
  const { updates } = z.object({ updates: feedSchema.nullish() }).parse(JSON.parse(manifest));
  return updates ?? null;
}

/** Null = this program does not update itself. */
export function updateFeed(): UpdateFeed | null {
  return IS_PACKAGE ? feedOf(readFileSync(PROGRAMS.manifest, 'utf8')) : null;
}
