/** Downloaded back ends: whether they are unchanged, and how the language runtime finds them. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { hashFile } from '../../../platform/file-hash.ts';
import { EngineError } from '../errors.ts';
import { type BackendPackage, backendsFolder, folderOf, readBackends } from './backend-list.ts';

/** Checks that the files are exactly those of the list. @throws EngineError ENGINE_BACKEND_CHANGED with `file` */
export async function checkBackend({ files }: Pick<BackendPackage, 'files'>, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const there = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  const refuse = (file: string): never => {
    throw new EngineError('ENGINE_BACKEND_CHANGED', path.join(folder, file), { file: path.join(folder, file) });
  };
  for (const file of there) if (!(file in files)) refuse(file);
  for (const [file, expected] of Object.entries(files)) {
    if (!there.includes(file)) refuse(file);
    if ((await hashFile(path.join(folder, file))).sha256 !== expected) refuse(file);
  }
}

export interface FindOptions {
  readonly packages?: readonly BackendPackage[];
  readonly base?: string;
}

/**
 * Called once, in the engine's own process, before the runtime is asked for a card: checks the installed back ends and
 * makes them available under their package names.
 * @returns names.
 * @throws EngineError ENGINE_BACKEND_CHANGED
 */
export async function findInstalledBackends(options: FindOptions = {}): Promise<readonly string[]> {
  const { packages = readBackends(), base = backendsFolder() } = options;
  const found = new Map<string, string>();
  for (const one of packages) {
    const folder = folderOf(one, base);
    if (!existsSync(folder)) continue;
    await checkBackend(one, folder);
    found.set(one.name, pathToFileURL(path.join(folder, 'dist', 'index.js')).href);
  }
  if (found.size === 0) return [];
  registerHooks({
    resolve(specifier, context, next) {
      const url = found.get(specifier);
      return url === undefined ? next(specifier, context) : { url, format: 'module', shortCircuit: true };
    },
  });
  return [...found.keys()];
}
