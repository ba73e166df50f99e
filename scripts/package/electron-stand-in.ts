/**
 * A folder that looks like Electron's unpacked Linux release, for machines where the release itself is not available:
 * the names of its files, and a binary with only the marker by which its fuses are found. It cannot be run.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FuseState, FuseV1Options, FuseVersion } from '@electron/fuses';
import { emptyArchive } from './archive.ts';

/** The marker of the fuses in Electron's binary; see docs/tutorial/fuses.md there. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

const FUSES = Object.values(FuseV1Options).filter((fuse) => typeof fuse === 'number');

/** As Electron ships it: every fuse with its developer default. */
export function standInBinary(): Buffer {
  const wire = Buffer.from([Number(FuseVersion.V1), FUSES.length, ...FUSES.map(() => FuseState.ENABLE)]);
  return Buffer.concat([Buffer.alloc(100), Buffer.from(SENTINEL), wire, Buffer.alloc(100)]);
}

export async function makeStandIn(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'locales'), { recursive: true });
  await mkdir(path.join(folder, 'resources'), { recursive: true });
  const files: Record<string, string | Buffer> = {
    electron: standInBinary(),
    'resources/default_app.asar': emptyArchive(),
    'chrome-sandbox': '',
    chrome_crashpad_handler: '',
    'locales/en-US.pak': '',
    version: '',
    LICENSE: '',
    'LICENSES.chromium.html': '',
    'icudtl.dat': '',
    'resources.pak': '',
    'snapshot_blob.bin': '',
    'v8_context_snapshot.bin': '',
    'chrome_100_percent.pak': '',
    'chrome_200_percent.pak': '',
    'libEGL.so': '',
    'libGLESv2.so': '',
    'libffmpeg.so': '',
    'libvk_swiftshader.so': '',
    'libvulkan.so.1': '',
    'vk_swiftshader_icd.json': '{}',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  await chmod(path.join(folder, 'electron'), 0o755);
}
