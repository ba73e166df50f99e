/**
 * The build context of the image: the program as a package lays it out for Node (bundled, with its own Node and only
 * the dependencies that are loaded at run time), without the desktop, next to the files of `build/image/`.
 */
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeStage } from '../package/stage.ts';
import type { Target } from '../package/target.ts';

/** In the image. */
export const IMAGE_PLACE = '/opt/crynux-node';
/** In the context: becomes {@link IMAGE_PLACE}. */
const PROGRAM_FOLDER = 'crynux-node';

export interface ImageContext {
  readonly folder: string;
  /** Content of `/opt/crynux-node` in the image. */
  readonly program: string;
}

/** From the existing `dist/` and `out/`; `npm run build` creates them. */
export async function makeImageContext(options: {
  readonly root: string;
  readonly target: Target;
  readonly folder: string;
}): Promise<ImageContext> {
  const { root, target, folder } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  const staged = await mkdtemp(`${folder}-stage-`);
  try {
    // An image is not updated from inside, so it has no feed.
    const { outside } = await makeStage({ root, target, folder: staged, feed: null });
    await cp(path.join(root, 'build', 'image'), folder, { recursive: true });
    const program = path.join(folder, PROGRAM_FOLDER);
    await rename(outside, program);
    await startWithoutShell(program);
    return { folder, program };
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

/**
 * In a package, `crynux-node` is a shell script; here the kernel starts Node directly with the program's first file.
 */
async function startWithoutShell(program: string): Promise<void> {
  const bin = path.join(program, 'bin');
  await rm(bin, { recursive: true });
  const main = path.join(program, 'program', 'dist', 'headless', 'main.js');
  const text = (await readFile(main, 'utf8')).replace(/^#!.*\n/, '');
  await writeFile(main, `#!${IMAGE_PLACE}/node/node --disable-warning=ExperimentalWarning\n${text}`);
  await chmod(main, 0o755);
  await mkdir(bin);
  // A link, because the program locates the rest of its files relative to itself.
  await symlink(path.relative(bin, main), path.join(bin, 'crynux-node'));
}
