import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../protocol/ports.ts';
import { imageHash } from '../../../protocol/scores/phash.ts';
import { writePng } from '../../../protocol/scores/testing/write-png.ts';
import { sha256Of } from '../../testing/sha256-of.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { createImageDigester } from './image-digester.ts';

const png = (seed: number) =>
  writePng({ width: 70, height: 66, depth: 8, colour: 2, sample: (x, y, channel) => (x * seed + y * 7 + channel * 40) & 0xff });

function rig(entry?: string) {
  const dir = tempDir();
  const clock = new ManualClock(0);
  const threads: string[] = [];
  const images = createImageDigester({
    clock,
    ...(entry === undefined ? {} : { entry: join(dir, entry) }),
    onThread: (what) => threads.push(what),
  });
  onTestFinished(() => images.close());
  const file = (name: string, bytes: Uint8Array) => {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    return path;
  };
  const digest = (path: string) => images.digest({ path, known: null, onlyComplete: false });
  return { dir, clock, threads, images, file, digest };
}

it('hashes several images according to the protocol, and their bytes', async () => {
  const { digest, file } = rig();
  const files = [3, 5, 11, 13, 17, 19].map(png);
  const digests = await Promise.all(files.map((bytes, i) => digest(file(`${i}.png`, bytes))));
  expect(digests).toEqual(files.map((bytes) => ({ sha256: sha256Of(bytes), size: bytes.length, hash: imageHash(bytes) })));
});

it('reports what is wrong with a file, and continues', async () => {
  const { digest, file, dir } = rig();
  const good = file('0.png', png(3));
  const cut = file('1.png', png(3).subarray(0, 200));
  await expect(digest(cut)).rejects.toMatchObject({ code: 'RESULT_INCOMPLETE', data: { code: 'PROTOCOL_BAD_IMAGE', path: cut } });
  await expect(digest(join(dir, 'none.png'))).rejects.toMatchObject({ code: 'RESULT_INCOMPLETE' });
  await expect(digest(good)).resolves.toMatchObject({ hash: imageHash(png(3)) });
});

it('uses an earlier digest for the same bytes, and for no others', async () => {
  const { images, file } = rig();
  const path = file('0.png', png(3));
  const known = { sha256: sha256Of(png(3)), size: png(3).length, hash: '0x0123456789abcdef' } as const;
  await expect(images.digest({ path, known, onlyComplete: false })).resolves.toEqual(known);
  file('0.png', png(5));
  await expect(images.digest({ path, known, onlyComplete: false })).resolves.toMatchObject({ hash: imageHash(png(5)) });
});

it('ignores a file that is still being written', async () => {
  const { images, file } = rig();
  const path = file('0.png', png(3).subarray(0, -1));
  await expect(images.digest({ path, known: null, onlyComplete: true })).resolves.toBeNull();
});

it('starts no thread before there is something to hash, and ends threads afterwards', async () => {
  const { clock, threads, images, file, digest } = rig();
  images.prepareFor(0);
  expect(threads).toEqual([]);
  await digest(file('0.png', png(3)));
  expect(threads).toEqual(['started']);
  await clock.tick(10_000);
  await expect.poll(() => threads).toEqual(['started', 'ended']);
  await expect(digest(file('1.png', png(5)))).resolves.toMatchObject({ hash: imageHash(png(5)) });
  expect(threads).toEqual(['started', 'ended', 'started']);
});

it.for([
  ['cannot start', 'nowhere.mjs', null],
  [
    'dies of the image',
    'dies.mjs',
    "import { parentPort } from 'node:worker_threads';\nparentPort.on('message', () => process.exit(1));",
  ],
] as const)('hashes in this thread the image of a thread that %s', async ([, entry, program]) => {
  const { digest, file } = rig(entry);
  if (program !== null) file(entry, Buffer.from(program));
  const digests = await Promise.all([3, 5, 7].map((seed) => digest(file(`${seed}.png`, png(seed)))));
  expect(digests.map((found) => found?.hash)).toEqual([3, 5, 7].map((seed) => imageHash(png(seed))));
});

it('answers pending requests when it is closed', async () => {
  const { images, digest, file } = rig();
  const pending = [3, 5, 7, 11, 13].map((seed) => digest(file(`${seed}.png`, png(seed))));
  await images.close();
  const found = await Promise.all([...pending, digest(file('17.png', png(17)))]);
  expect(found.map((one) => one?.hash)).toEqual([3, 5, 7, 11, 13, 17].map((seed) => imageHash(png(seed))));
});
