/** What a container runtime reads from the image, for the stand-in for a kubelet and the checks. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseContainerfile } from '../../scripts/image/containerfile.ts';

export interface ContainerImage {
  /** Folder with the image's `/opt/crynux-node`. */
  readonly program: string;
  readonly entrypoint: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly user: number;
}

/** @param folder as created by scripts/image.ts */
export function readImage(folder: string): ContainerImage {
  const { entrypoint, env, user } = parseContainerfile(readFileSync(path.join(folder, 'Containerfile'), 'utf8'));
  return { program: path.join(folder, 'crynux-node'), entrypoint, env, user };
}
