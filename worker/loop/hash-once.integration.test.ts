/** Images from the engine to the upload: each is hashed once, and none blocks the node's main thread. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it, onTestFinished } from 'vitest';
import { imageHash } from '../../protocol/scores/phash.ts';
import { scoreOfParts } from '../../protocol/scores/score.ts';
import { writePng } from '../../protocol/scores/testing/write-png.ts';
import { systemClock } from '../kit/system-clock.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { EarlyImages } from './early-images.ts';
import { sealResult, verifyResult } from './result-files.ts';
import type { DigestParams, ImageDigest } from './scores/image-digest.ts';
import { createImageDigester, type ImageDigester } from './scores/image-digester.ts';
import { largePng } from './scores/testing/large-png.ts';

const png = (seed: number) =>
  writePng({ width: 70, height: 66, depth: 8, colour: 2, sample: (x, y, channel) => (x * seed + y * 7 + channel * 40) & 0xff });

const DIR = join('0xtask', '1');

function rig() {
  const root = tempDir();
  mkdirSync(join(root, DIR), { recursive: true });
  const threads = createImageDigester({ clock: systemClock });
  onTestFinished(() => threads.close());
  const hashed: string[] = [];
  const waiting: (() => void)[] = [];
  const images: ImageDigester = {
    ...threads,
    async digest(params: DigestParams): Promise<ImageDigest | null> {
      const digest = await threads.digest(params);
      if (digest !== null && digest !== params.known && digest.sha256 !== params.known?.sha256) hashed.push(params.path);
      for (const resolve of waiting.splice(0)) resolve();
      return digest;
    },
  };
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(root, DIR, name), bytes);
  const paths = (...names: string[]) => names.map((name) => join(root, DIR, name));
  const nextRead = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { root, place: { root, dir: DIR }, images, hashed, write, paths, nextRead };
}

it('each image is hashed once, from its arrival to its upload', async () => {
  const { root, place, images, hashed, write, paths, nextRead } = rig();
  const early = new EarlyImages(join(root, DIR), images);
  onTestFinished(() => early.close());
  write('0.png', png(3));
  while (hashed.length === 0) await nextRead();
  expect(hashed).toEqual(paths('0.png'));
  write('1.png', png(5));
  const { score, artifacts } = await sealResult({ type: 'StableDiffusion', place, images, early });
  expect(score).toBe(scoreOfParts([imageHash(png(3)), imageHash(png(5))]));
  const verified = await verifyResult({ type: 'StableDiffusion', root, score, artifacts });
  expect(verified.files.map(({ name, bytes }) => [name, Buffer.from(bytes).equals(png(name === '0.png' ? 3 : 5))])).toEqual([
    ['0.png', true],
    ['1.png', true],
  ]);
  expect(hashed.toSorted()).toEqual(paths('0.png', '1.png'));
});

it('law 5: an image that was rewritten after it was read is hashed again', async () => {
  const { root, place, images, hashed, write, nextRead } = rig();
  const early = new EarlyImages(join(root, DIR), images);
  write('0.png', png(3));
  while (hashed.length === 0) await nextRead();
  early.close();
  write('0.png', png(5));
  const { score } = await sealResult({ type: 'StableDiffusion', place, images, early });
  expect(score).toBe(imageHash(png(5)));
});

it('law 5: no file is uploaded for a score of more images, or of different bytes than were recorded', async () => {
  const { root, place, images, write } = rig();
  for (const [i, seed] of [3, 5].entries()) write(`${i}.png`, png(seed));
  const { score, artifacts } = await sealResult({ type: 'StableDiffusion', place, images });
  const recorded = { type: 'StableDiffusion', root, score, artifacts } as const;
  await expect(verifyResult(recorded)).resolves.toMatchObject({ files: [{ name: '0.png' }, { name: '1.png' }] });
  await expect(verifyResult({ ...recorded, artifacts: artifacts.slice(1) })).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
  write('1.png', png(7));
  await expect(verifyResult(recorded)).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
});

it('the largest accepted image blocks nothing else', async () => {
  const { root, place, images, write } = rig();
  write('0.png', largePng(8_192, 4_096));
  const began = performance.now();
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const { score, artifacts } = await sealResult({ type: 'StableDiffusion', place, images });
  await verifyResult({ type: 'StableDiffusion', root, score, artifacts });
  delays.disable();
  const tookMs = performance.now() - began;
  // The hash alone takes most of the time: on the node's own thread, one delay would be nearly all of it.
  expect(delays.max / 1e6).toBeLessThan(tookMs / 2);
});
