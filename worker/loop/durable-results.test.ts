/** Law 4: before a score can be recorded, its files are on disk, and so are their names. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { writePng } from '../../protocol/scores/testing/write-png.ts';
import { systemClock } from '../kit/system-clock.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { sealResult } from './result-files.ts';
import { createImageDigester } from './scores/image-digester.ts';

const NO_IMAGES = createImageDigester({ clock: systemClock });

/** What is synced from now on: `file` or `folder`, by inode. */
async function watchSyncs(): Promise<{ kind: 'file' | 'folder'; ino: number }[]> {
  const seen: { kind: 'file' | 'folder'; ino: number }[] = [];
  const probe = await open(import.meta.filename, 'r');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const sync = prototype.sync;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    const stats = await this.stat();
    await sync.call(this);
    seen.push({ kind: stats.isDirectory() ? 'folder' : 'file', ino: stats.ino });
  });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

it.skipIf(process.platform === 'win32')('law 4: each result file is synced, and every folder that names it', async () => {
  const root = tempDir();
  const dir = join('0xtask', '1');
  mkdirSync(join(root, dir), { recursive: true });
  for (const n of [0, 1]) writeFileSync(join(root, dir, `${n}.json`), '{"text":"x"}');
  const seen = await watchSyncs();
  const { artifacts } = await sealResult({ type: 'Llm', place: { root, dir }, images: NO_IMAGES });
  const inodes = (paths: readonly string[]) => paths.map((path) => statSync(join(root, path)).ino);
  const synced = (kind: string) => new Set(seen.flatMap((one) => (one.kind === kind ? [one.ino] : [])));
  expect(synced('file')).toEqual(new Set(inodes(artifacts.map(({ path }) => path))));
  expect(synced('folder')).toEqual(new Set(inodes([dir, '0xtask', '.'])));
});

it.skipIf(process.platform === 'win32')('law 4: so is the checkpoint of a fine-tune task', async () => {
  const root = tempDir();
  const dir = join('0xtask', '1');
  for (const folder of ['checkpoint', 'validation']) mkdirSync(join(root, dir, folder), { recursive: true });
  for (const name of ['FINISH', 'weights.bin']) writeFileSync(join(root, dir, 'checkpoint', name), name);
  writeFileSync(
    join(root, dir, 'validation', '0.png'),
    writePng({ width: 70, height: 66, depth: 8, colour: 2, sample: (x) => x }),
  );
  const images = createImageDigester({ clock: systemClock });
  onTestFinished(() => images.close());
  const seen = await watchSyncs();
  const { artifacts } = await sealResult({ type: 'FineTuneLora', place: { root, dir }, images });
  const files = artifacts.map(({ path }) => [path, statSync(join(root, path)).ino] as const);
  expect(files.map(([path]) => path)).toEqual([join(dir, 'validation', '0.png'), join(dir, 'checkpoint.zip')]);
  const synced = seen.flatMap(({ kind, ino }) => (kind === 'file' ? [ino] : []));
  expect(files.map(([, ino]) => ino).filter((ino) => !synced.includes(ino))).toEqual([]);
});
