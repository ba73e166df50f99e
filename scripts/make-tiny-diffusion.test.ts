import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TINY_DIFFUSION_FOLDER, tinyDiffusionFiles } from './make-tiny-diffusion.ts';

const FOLDER = fileURLToPath(new URL(`../resources/models/${TINY_DIFFUSION_FOLDER}`, import.meta.url));

it('makes exactly the committed tiny diffusion model, byte for byte', async () => {
  const files = tinyDiffusionFiles();
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
  const present = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + 1));
  expect(present.map((name) => name.replaceAll(sep, '/')).sort()).toEqual([...files.keys()].sort());
  for (const [name, bytes] of files) {
    expect(Buffer.compare(await readFile(join(FOLDER, name)), bytes), name).toBe(0);
  }
});

it('stays small', () => {
  const sizes = [...tinyDiffusionFiles().values()].map((bytes) => bytes.length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
});
