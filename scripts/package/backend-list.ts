/**
 * The list of GPU back ends that a host may download later: versions from the lock file, hashes of what npm has
 * installed here.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '../../platform/file-hash.ts';
import type { BackendPackage } from '../../worker/engines/backends/backend-list.ts';
import { filesOf, type LockPackages } from './dependencies.ts';
import { nativePackages, type Target } from './target.ts';

const KINDS = [
  ['cuda', 'cuda'],
  ['cuda-ext', 'cuda'],
  ['vulkan', 'vulkan'],
] as const;

/** @throws Error if npm has not installed one that the lock file lists for this system */
export async function backendList({
  root,
  lock,
  target,
  registry,
}: {
  readonly root: string;
  readonly lock: LockPackages;
  readonly target: Target;
  /** npm's registry, with a trailing slash: hosts download from it. */
  readonly registry: string;
}): Promise<readonly BackendPackage[]> {
  const { llama } = nativePackages(target);
  const found: BackendPackage[] = [];
  for (const [ending, backend] of KINDS) {
    const name = `${llama}-${ending}`;
    const { version, integrity } = lock[`node_modules/${name}`] ?? {};
    if (version === undefined || integrity === undefined) continue;
    const folder = path.join(root, 'node_modules', name);
    const files: Record<string, string> = {};
    let bytes = 0;
    for (const file of await filesOf(folder)) {
      files[file] = (await hashFile(path.join(folder, file))).sha256;
      bytes += (await stat(path.join(folder, file))).size;
    }
    const url = `${registry}${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
    found.push({ name, version, backend, url, integrity, bytes, files });
  }
  return found;
}
