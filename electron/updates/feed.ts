/**
 * Where an installed program looks for updates, and whose word it takes: both are in its manifest, which lies inside the
 * archive, so that no file beside it can send the program elsewhere.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { IS_PACKAGE, PROGRAMS } from '../../platform/programs.ts';

const feedSchema = z.object({
  /** Folder of the channel's files. */
  url: z.url({ protocol: /^https$/ }),
  /** Ed25519, SPKI in base64: signs each channel's file. */
  publicKey: z.base64(),
  channel: z.string().regex(/^[a-z]+$/),
});
export type UpdateFeed = Readonly<z.output<typeof feedSchema>>;

/** Of a manifest's text; null where the package was made without a feed. @throws ZodError for one that is not https, or has no key */
export function feedOf(manifest: string): UpdateFeed | null {
  const { updates } = z.object({ updates: feedSchema.nullish() }).parse(JSON.parse(manifest));
  return updates ?? null;
}

/** Null: this program does not update itself. */
export function updateFeed(): UpdateFeed | null {
  return IS_PACKAGE ? feedOf(readFileSync(PROGRAMS.manifest, 'utf8')) : null;
}
