/** The models that ship with the program. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROGRAMS } from '../../platform/programs.ts';

/** Ids as a node names them. */
export function bundledModelIds(): readonly string[] {
  const catalogue: unknown = JSON.parse(readFileSync(path.join(PROGRAMS.models, 'catalogue.json'), 'utf8'));
  const models = z.array(z.object({ id: z.string(), source: z.object({ kind: z.string() }) }));
  const parsed = z.object({ models }).parse(catalogue);
  return parsed.models.filter(({ source }) => source.kind === 'bundled').map(({ id }) => `base:${id}`);
}
