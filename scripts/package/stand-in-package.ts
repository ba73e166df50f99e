/** The complete package for this kind of machine, made around a stand-in for Electron's folder. */
import path from 'node:path';
import { buildDesktop } from '../build-desktop.ts';
import { makeStandIn } from './electron-stand-in.ts';
import { makePackages } from './make.ts';
import { makeStage } from './stage.ts';
import { targetOf } from './target.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

export interface StandInPackage {
  /** Folder of the program as installed. */
  readonly folder: string;
  /** Name of Electron's binary in it. */
  readonly binary: string;
  readonly resources: string;
}

/** Linux only: Electron's folders for Mac and Windows have other layouts. @throws Error elsewhere */
export async function packageOnStandIn(into: string): Promise<StandInPackage> {
  const target = targetOf();
  if (target.platform !== 'linux') throw new Error('the stand-in for Electron has the layout of its Linux folder');
  await buildDesktop();
  const stage = await makeStage({ root: ROOT, target, folder: path.join(into, 'stage'), feed: null });
  const electron = path.join(into, 'electron');
  await makeStandIn(electron);
  await makePackages({ root: ROOT, stage, target, output: path.join(into, 'out'), electron, kinds: ['dir'], feed: null });
  const folder = path.join(into, 'out', target.arch === 'x64' ? 'linux-unpacked' : `linux-${target.arch}-unpacked`);
  return { folder, binary: 'crynux-node-desktop', resources: path.join(folder, 'resources') };
}
