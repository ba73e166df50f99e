/**
 * Third-party software in a package, found through the lock file, so that the bill of materials and the notices list
 * the same.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EXTERNAL } from '../bundle.ts';
import { isTest, packagesIn, readSources } from '../house/imports.ts';
import { NOT_SHIPPED } from '../house/places.ts';
import { closure, filePackages, type LockPackages, nameOf } from './dependencies.ts';
import type { Target } from './target.ts';

export interface Component {
  /** Folder of its files, from the root. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** SPDX, as stated by its author. */
  readonly license: string | null;
  /** URL of its archive. */
  readonly resolved: string | null;
  /** `sha512-…` of that archive. */
  readonly integrity: string | null;
}

/** Rooms whose code is in a package. */
const SHIPPED = ['protocol', 'contract', 'platform', 'worker', 'host', 'headless', 'devnet', 'electron', 'renderer'] as const;

/** Shipped as programs and not as packages: Electron with Chromium, and Node. */
const PROGRAMS = ['electron', 'node'] as const;

/**
 * Slightly more than what is included: unused parts of bundled packages are dropped, but their dependencies are still
 * listed.
 */
export function componentsOf({
  root,
  lock,
  target,
}: {
  readonly root: string;
  readonly lock: LockPackages;
  readonly target: Target;
}): Component[] {
  const bundled = importedPackages(root, lock).filter((name) => !EXTERNAL.includes(name));
  const roots = new Set([...bundled, ...filePackages(target)]);
  const places = [...closure(lock, [...roots]), ...PROGRAMS.map((name) => `node_modules/${name}`)];
  return [...new Set(places)].filter(hasCode).map((place) => componentAt(lock, place));
}

function importedPackages(root: string, lock: LockPackages): string[] {
  const found = readSources(root, SHIPPED)
    .filter(({ path: file }) => !isTest(file) && !NOT_SHIPPED.includes(file))
    .flatMap(({ path: file }) => packagesIn(readFileSync(path.join(root, file), 'utf8')));
  const styles = packagesIn(readFileSync(path.join(root, 'renderer', 'app', 'styles.css'), 'utf8'));
  return [...new Set([...found, ...styles])].filter((name) => `node_modules/${name}` in lock);
}

function hasCode(place: string): boolean {
  return !nameOf(place).startsWith('@types/');
}

function componentAt(lock: LockPackages, place: string): Component {
  const entry = lock[place];
  if (entry?.version === undefined) throw new Error(`the lock file has no version for ${place}`);
  const { version, license = null, resolved = null, integrity = null } = entry;
  return { place, name: entry.name ?? nameOf(place), version, license, resolved, integrity };
}
