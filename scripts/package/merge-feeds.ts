/**
 * Two machines make packages for Macs, and each writes a channel file with the same name. The updater needs one file
 * that lists both, and chooses by the architecture in a file's name.
 */
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const feedSchema = z.looseObject({
  version: z.string(),
  files: z.array(z.looseObject({ url: z.string(), sha512: z.string() })).min(1),
  path: z.string().optional(),
  sha512: z.string().optional(),
});

/** @throws Error if the versions differ */
export function mergeFeeds(texts: readonly string[]): string {
  // Files without an architecture in their name come first, because old updaters take the first one.
  const feeds = texts.map((text) => feedSchema.parse(parse(text))).toSorted((a, b) => Number(isArm(a)) - Number(isArm(b)));
  const [first] = feeds;
  if (first === undefined) throw new Error('there is no channel file to merge');
  const versions = new Set(feeds.map(({ version }) => version));
  if (versions.size > 1) throw new Error(`the channel files are of different versions: ${[...versions].join(', ')}`);
  const files = new Map(feeds.flatMap(({ files }) => files).map((file) => [file.url, file]));
  return stringify({ ...first, files: [...files.values()] }, { lineWidth: 0 });
}

const isArm = ({ files }: z.output<typeof feedSchema>) => files.every(({ url }) => url.includes('arm64'));
