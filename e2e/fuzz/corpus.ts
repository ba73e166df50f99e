/** Stored inputs: seeds, and earlier findings. One folder per target; each file is an input. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTarget, TARGETS, type TargetName } from './targets.ts';

export const CORPUS = join(import.meta.dirname, 'corpus');

export interface KnownInput {
  readonly target: TargetName;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** @throws Error for a folder that is not a target, and a target without an input. */
export function readCorpus(folder = CORPUS): KnownInput[] {
  const stranger = readdirSync(folder).find((name) => !isTarget(name));
  if (stranger !== undefined) throw new Error(`${join(folder, stranger)}: there is no such target`);
  return (Object.keys(TARGETS) as TargetName[]).flatMap((target) => {
    const place = join(folder, target);
    const files = existsSync(place) ? readdirSync(place).sort() : [];
    if (files.length === 0) throw new Error(`${target} has no input in ${folder}`);
    return files.map((file) => ({ target, file, bytes: new Uint8Array(readFileSync(join(place, file))) }));
  });
}
