/**
 * `npm run package`: installers and archives of this machine's kind, in `release/`. Electron's release is fetched by
 * electron-builder, or ELECTRON_DIST names its unpacked folder. CRYNUX_UPDATE_URL (https) is where the installed program
 * will look for updates; without it, it has none. `--folder` makes the program's folder alone.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDesktop } from './build-desktop.ts';
import { makePackages } from './package/make.ts';
import { makeStage } from './package/stage.ts';
import { targetOf } from './package/target.ts';

const root = path.resolve(import.meta.dirname, '..');
const release = path.join(root, 'release');
const { values } = parseArgs({ options: { folder: { type: 'boolean', default: false } } });
const target = targetOf();

await buildDesktop();
const stage = await makeStage({ root, target, folder: path.join(release, 'stage') });
const made = await makePackages({
  root,
  stage,
  target,
  output: release,
  electron: process.env.ELECTRON_DIST ?? null,
  folderOnly: values.folder,
  updateUrl: process.env.CRYNUX_UPDATE_URL ?? null,
});
process.stdout.write(`${values.folder ? release : made.join('\n')}\n`);
