import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ link: z.boolean().optional(), integrity: z.string().optional() })),
});

test('every package of the lock file has an integrity hash, so that no registry can serve other bytes', () => {
  const text = readFileSync(path.join(import.meta.dirname, '..', 'package-lock.json'), 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(text));
  const installed = Object.entries(packages).filter(([folder, entry]) => folder !== '' && entry.link !== true);
  expect(installed.length).toBeGreaterThan(500);
  // npm omits the hash for a platform package that it did not download itself; `npm view NAME@VERSION dist.integrity`
  // shows it.
  expect(installed.filter(([, entry]) => !/^sha512-/.test(entry.integrity ?? '')).map(([folder]) => folder)).toEqual([]);
});
