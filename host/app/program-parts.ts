/** Where the parts of this program are: TypeScript from sources, JavaScript from a build. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** In a packaged program: what runs outside of Electron cannot read its archive, and lies unpacked beside it. */
const OUTSIDE = ROOT.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);

const entryOf = (...parts: string[]) => `${path.join(OUTSIDE, ...parts)}.${EXTENSION}`;

export const PROGRAM = {
  worker: entryOf('worker', 'main'),
  devnet: entryOf('devnet', 'main'),
  embeddedEngine: entryOf('worker', 'engines', 'embedded', 'main'),
  networks: path.join(ROOT, 'resources', 'networks'),
  modelCatalogue: path.join(ROOT, 'resources', 'models', 'catalogue.json'),
} as const;

/** Ids of the models that ship with the program, as a node names them. */
export function bundledModelIds(): readonly string[] {
  const catalogue: unknown = JSON.parse(readFileSync(PROGRAM.modelCatalogue, 'utf8'));
  const models = z.array(z.object({ id: z.string(), source: z.object({ kind: z.string() }) }));
  const parsed = z.object({ models }).parse(catalogue);
  return parsed.models.filter(({ source }) => source.kind === 'bundled').map(({ id }) => `base:${id}`);
}
