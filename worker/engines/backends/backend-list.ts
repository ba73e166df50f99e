/**
 * GPU back ends of the language runtime that packages do not include: hundreds of megabytes that public networks do not
 * need. The list is made with the package, from the lock file and the files themselves, and contains their hashes.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROGRAMS } from '../../../platform/programs.ts';
import { SYSTEM } from '../../../platform/system.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const packageSchema = z.object({
  /** `@node-llama-cpp/linux-x64-cuda` */
  name: z.string().regex(/^@node-llama-cpp\/[\w-]+$/),
  version: z.string().regex(/^[\w.-]+$/),
  backend: z.enum(['cuda', 'vulkan']),
  url: z.url({ protocol: /^https?$/ }),
  /** `sha512-…` of the archive, as in the lock file. */
  integrity: z.string().regex(/^sha512-[\w+/]+=*$/),
  /** Of all files, unpacked. */
  bytes: z.number().int().positive(),
  /** SHA-256 by path in the package, with forward slashes. */
  files: z.record(z.string().regex(/^(?!\.\.?(?:\/|$))(?!.*\/\.\.?(?:\/|$))[^/\\][^\\]*$/), hash),
});
export type BackendPackage = z.output<typeof packageSchema>;
export type BackendName = BackendPackage['backend'];

const listSchema = z.object({ packages: z.array(packageSchema) });

/** Empty in a checkout, where npm has installed all of them. */
export function readBackends(file: string = PROGRAMS.gpuBackends): readonly BackendPackage[] {
  return existsSync(file) ? listSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).packages : [];
}

/** Shared by all of this user's programs of ours; each version has its own subfolder. */
export function backendsFolder(): string {
  return path.join(SYSTEM.folders.state, 'gpu-backends');
}

export function folderOf({ name, version }: Pick<BackendPackage, 'name' | 'version'>, base: string): string {
  return path.join(base, `${name.slice(name.indexOf('/') + 1)}@${version}`);
}
