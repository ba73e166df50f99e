/** Which packages the programs need as files, and which of their files: dependencies come from the lock file. */
import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { nativePackages, type Target } from './target.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dependencies: z.record(z.string(), z.string()).default({}),
      version: z.string().optional(),
      /** The package's own name, if the folder has another one. */
      name: z.string().optional(),
      license: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
    }),
  ),
});
export type LockPackages = z.output<typeof lockSchema>['packages'];

export async function readLock(root: string): Promise<LockPackages> {
  return lockSchema.parse(JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'))).packages;
}

/** Only needed by their installation or command line, and never loaded at run time. */
const UNUSED_DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  keytar: ['node-addon-api'],
  'onnxruntime-node': ['adm-zip', 'global-agent'],
  'node-llama-cpp': ['cmake-js', 'node-addon-api', 'yargs', 'validate-npm-package-name', 'ignore'],
};

/**
 * Packages' places in the lock file (`node_modules/…`), including all dependencies. @throws Error for one that is
 * missing
 */
export function closure(lock: LockPackages, names: readonly string[]): string[] {
  const found = new Set<string>();
  const add = (from: string, name: string): void => {
    const place = placeOf(lock, from, name);
    if (place === null) throw new Error(`the lock file has no ${name} for ${from === '' ? 'the program' : from}`);
    if (found.has(place)) return;
    found.add(place);
    const unused = UNUSED_DEPENDENCIES[name] ?? [];
    for (const needed of Object.keys(lock[place]?.dependencies ?? {})) if (!unused.includes(needed)) add(place, needed);
  };
  for (const name of names) add('', name);
  return [...found].sort();
}

/** `node_modules/@a/b/node_modules/c` → `c` */
export function nameOf(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Resolved like Node: next to the package, then further up. */
function placeOf(lock: LockPackages, from: string, name: string): string | null {
  for (let folder = from; ; ) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (place in lock) return place;
    if (folder === '') return null;
    folder = folder.includes('/node_modules/') ? folder.slice(0, folder.lastIndexOf('/node_modules/')) : '';
  }
}

/** Neither sources nor type declarations; licences stay. */
const EXCLUDED_FILES =
  /(?:\.(?:map|ts|tsx|mts|cts|md|markdown|flow|cc|cpp|c|h|hpp|gyp|gypi|yml|gif|bnf|lock|tsbuildinfo)$)|(?:^|\/)(?:\.[^/]+|Makefile|bin\/node-which|test|tests|__tests__|example|examples|docs|benchmark|man|script|scripts)(?:\/|$)/i;

/** Whether a file of a package is included, by its path in the package with forward slashes. */
export function isIncluded(name: string, file: string, target: Target): boolean {
  if (/^licen[cs]e|^notice/i.test(path.posix.basename(file))) return true;
  if (EXCLUDED_FILES.test(file)) return false;
  const { keytar } = nativePackages(target);
  switch (name) {
    case 'keytar':
      return /^(package\.json|lib\/keytar\.js)$/.test(file) || file === `prebuilds/${keytar}/keytar.node`;
    case 'onnxruntime-node':
      return /^(package\.json|dist\/.*\.js)$/.test(file) || file.startsWith(`bin/napi-v6/${target.platform}/${target.arch}/`);
    case 'node-llama-cpp':
      // Nothing is compiled on a host's machine: no sources of the runtime, no templates of its command line.
      return /^(package\.json|dist\/.*\.js(on)?)$/.test(file) || /^llama\/([^/]+\.json|grammars\/.*)$/.test(file);
    case 'onnxruntime-common':
      return /^(package\.json|dist\/cjs\/)/.test(file);
    default:
      return true;
  }
}

/** Packages that are shipped as files; all others are bundled. */
export function filePackages(target: Target): readonly string[] {
  const native = nativePackages(target);
  return ['keytar', 'node-llama-cpp', native.llama, native.anvil, ...(native.onnxruntime ? ['onnxruntime-node'] : [])];
}

export async function copyPackages(options: {
  readonly root: string;
  readonly lock: LockPackages;
  readonly target: Target;
  /** Folder in which `node_modules` is created. */
  readonly into: string;
}): Promise<readonly string[]> {
  const { root, lock, target, into } = options;
  const places = closure(lock, filePackages(target));
  for (const place of places) {
    const name = nameOf(place);
    for (const file of await filesOf(path.join(root, place))) {
      if (isIncluded(name, file, target))
        await cp(path.join(root, place, file), path.join(into, place, file), { dereference: true });
    }
  }
  return places;
}

/** Without those of nested packages, which the lock file lists separately. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !file.startsWith('node_modules/'))
    .sort();
}
