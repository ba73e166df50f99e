/**
 * The file to start for a program: its test bundle if this run has bundled it, otherwise its source. Other processes
 * find their bundle by an environment variable (`scripts/testing/use-programs.mjs`), but an engine gets none of ours.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

const mapSchema = z.record(z.string(), z.string());

/** @param source absolute path */
export function programFile(source: string): string {
  const folder = process.env.CRYNUX_TEST_PROGRAMS;
  const map = folder === undefined ? undefined : path.join(folder, 'map.json');
  if (map === undefined || !existsSync(map)) return source;
  const bundled = mapSchema.parse(JSON.parse(readFileSync(map, 'utf8')))[pathToFileURL(source).href];
  return bundled === undefined ? source : fileURLToPath(bundled);
}
