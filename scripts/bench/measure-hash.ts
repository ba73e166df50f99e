/** The perceptual hash: CPU time compared to the former implementation in the same run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../devnet/system.ts';
import { imageHash } from '../../protocol/scores/phash.ts';
import { imageHashOracle } from '../../protocol/scores/testing/phash-oracle.ts';
import { nativeZlib } from '../../worker/kit/native-zlib.ts';
import { createImageDigester } from '../../worker/loop/scores/image-digester.ts';
import { benchImage } from './bench-image.ts';
import { type Figures, median } from './figures.ts';

const OURS_TIMES = 20;
const FORMER_TIMES = 4;
const IMAGES = 4;

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

export async function measureHash(runs: number, figures: Figures): Promise<void> {
  const png = benchImage();
  for (let i = 0; i < 3; i++) imageHash(png, nativeZlib);
  imageHashOracle(png);
  for (let run = 0; run < runs; run++) {
    const former = median(Array.from({ length: FORMER_TIMES }, () => cpuMs(() => imageHashOracle(png))));
    const ours = median(Array.from({ length: OURS_TIMES }, () => cpuMs(() => imageHash(png, nativeZlib))));
    figures.add('hash of 1024 × 1024 RGB, one thread', 'ms of CPU', ours);
    figures.add('hash of 1024 × 1024 RGB, to the former implementation', '×', ours / former);
  }
  await measureThreads(png, runs, figures);
}

/** Several images that arrive together, from file to hash, compared to one image after the other. */
async function measureThreads(png: Uint8Array, runs: number, figures: Figures): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'crynux-bench-'));
  const images = createImageDigester({ clock: systemClock });
  try {
    const paths = Array.from({ length: IMAGES }, (_, i) => path.join(dir, `${i}.png`));
    for (const file of paths) await writeFile(file, png);
    const digest = (file: string) => images.digest({ path: file, known: null, onlyComplete: false });
    images.prepareFor(IMAGES);
    await Promise.all([...paths, ...paths, ...paths].map(digest));
    for (let run = 0; run < runs; run++) {
      const began = performance.now();
      for (const file of paths) await digest(file);
      const together = performance.now();
      await Promise.all(paths.map(digest));
      const ended = performance.now();
      figures.add(`${IMAGES} images from disk to hash, all at once`, 'ms', ended - together);
      figures.add(`${IMAGES} images from disk to hash, all at once to one by one`, '×', (ended - together) / (together - began));
    }
  } finally {
    await images.close();
    await rm(dir, { recursive: true, force: true });
  }
}
