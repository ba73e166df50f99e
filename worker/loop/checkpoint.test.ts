import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../testing/temp-dir.ts';
import { packCheckpoint, unpackCheckpoint } from './checkpoint.ts';

function checkpointDir(): string {
  const dir = join(tempDir(), 'checkpoint');
  mkdirSync(join(dir, 'unet', 'deep'), { recursive: true });
  writeFileSync(join(dir, 'FINISH'), '');
  writeFileSync(join(dir, 'global_step.txt'), '120');
  writeFileSync(join(dir, 'unet', 'deep', 'weights.bin'), Buffer.alloc(300_000, 7));
  return dir;
}

it('is unchanged after packing and unpacking, and packs to the same bytes each time', async () => {
  const [dir, out] = [checkpointDir(), tempDir()];
  await packCheckpoint(dir, join(out, 'a.zip'));
  await packCheckpoint(dir, join(out, 'b.zip'));
  expect(readFileSync(join(out, 'a.zip')).equals(readFileSync(join(out, 'b.zip')))).toBe(true);
  await unpackCheckpoint(join(out, 'a.zip'), join(out, 'back'));
  expect(readFileSync(join(out, 'back', 'global_step.txt'), 'utf8')).toBe('120');
  expect(readFileSync(join(out, 'back', 'FINISH')).length).toBe(0);
  expect(readFileSync(join(out, 'back', 'unet', 'deep', 'weights.bin')).equals(Buffer.alloc(300_000, 7))).toBe(true);
});

it('reads deflated archives from other programs', async () => {
  const out = tempDir();
  writeFileSync(join(out, 'in.zip'), zipSync({ 'a/b.txt': strToU8('text '.repeat(1_000)) }, { level: 9 }));
  await unpackCheckpoint(join(out, 'in.zip'), join(out, 'back'));
  expect(readFileSync(join(out, 'back', 'a', 'b.txt'), 'utf8')).toBe('text '.repeat(1_000));
});

it('refuses a name that points outside the directory', async () => {
  const out = tempDir();
  writeFileSync(join(out, 'in.zip'), zipSync({ '../evil.txt': strToU8('x') }, { level: 0 }));
  await expect(unpackCheckpoint(join(out, 'in.zip'), join(out, 'back'))).rejects.toMatchObject({ code: 'TASK_INPUT_FAILED' });
  expect(() => readFileSync(join(out, 'evil.txt'))).toThrow();
});

it('refuses a truncated archive', async () => {
  const out = tempDir();
  const whole = zipSync({ 'a.bin': new Uint8Array(50_000).map((_, i) => (i * 31) % 251) }, { level: 6 });
  writeFileSync(join(out, 'in.zip'), whole.subarray(0, whole.length / 2));
  await expect(unpackCheckpoint(join(out, 'in.zip'), join(out, 'back'))).rejects.toThrow();
});

it('reports that there is no checkpoint', async () => {
  const out = tempDir();
  await expect(packCheckpoint(join(out, 'none'), join(out, 'a.zip'))).rejects.toMatchObject({ code: 'RESULT_INCOMPLETE' });
});

describe('an archive from an untrusted source', () => {
  const words = strToU8('text '.repeat(1_000));
  const unpack = async (bytes: Uint8Array) => {
    const out = tempDir();
    writeFileSync(join(out, 'in.zip'), bytes);
    const dir = join(out, 'back');
    const error: unknown = await unpackCheckpoint(join(out, 'in.zip'), dir).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { error, dir };
  };
  const directoryOf = (zip: Uint8Array) => Buffer.from(zip).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  const changed = (zip: Uint8Array, change: (bytes: Buffer, directory: number) => void) => {
    const bytes = Buffer.from(zip);
    change(bytes, directoryOf(zip));
    return bytes;
  };
  /** Larger than files whose ratio does not matter. */
  const bomb = zipSync({ 'a.bin': new Uint8Array(20 * 1024 ** 2) }, { level: 9 });
  const zip = () => zipSync({ 'a/b.txt': words }, { level: 9 });
  const twice = () => zipSync({ aa: words, ab: words }, { level: 0 });

  it.each<[string, () => Uint8Array]>([
    ['nothing at all', () => new Uint8Array()],
    ['a captive portal page', () => strToU8('<!DOCTYPE html><html><body>Log in</body></html>')],
    ['an empty archive', () => zipSync({})],
    ['a bomb of one file', () => bomb],
    ['a size that is declared too small', () => changed(zip(), (bytes, at) => bytes.writeUInt32LE(10, at + 24))],
    ['a size that is declared too large', () => changed(zip(), (bytes, at) => bytes.writeUInt32LE(6_000, at + 24))],
    ['a huge declared size', () => changed(zip(), (bytes, at) => bytes.writeUInt32LE(0xfffffff0, at + 24))],
    ['a wrong checksum', () => changed(zip(), (bytes, at) => bytes.writeUInt32LE(1, at + 16))],
    ['a damaged byte', () => changed(twice(), (bytes) => bytes.writeUInt8(0, 60))],
    ['a file outside the archive', () => changed(zip(), (bytes, at) => bytes.writeUInt32LE(0x7fffffff, at + 42))],
    ['files that share their bytes', () => changed(zip(), (bytes, at) => bytes.writeUInt32LE(bytes.length + 1, at + 20))],
    ['two files with the same name', () => changed(twice(), (bytes) => bytes.write('aa', bytes.lastIndexOf('ab')))],
    ['a name with a backslash', () => zipSync({ 'a\\..\\b': words })],
    ['an absolute name', () => zipSync({ '/etc/evil': words })],
    ['an unknown compression method', () => changed(zip(), (bytes, at) => bytes.writeUInt16LE(12, at + 10))],
    ['a directory that ends too early', () => changed(zip(), (bytes) => bytes.writeUInt16LE(2, bytes.length - 12))],
    [
      'too many files',
      () => zipSync(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`f${n}`, new Uint8Array()])), { level: 0 }),
    ],
  ])('%s is refused with a code', async (_, bytes) => {
    expect((await unpack(bytes())).error).toMatchObject({ code: 'TASK_INPUT_FAILED' });
  });

  it('a bomb is refused before any byte of it is written', async () => {
    const { dir, error } = await unpack(bomb);
    expect(error).toMatchObject({ code: 'TASK_INPUT_FAILED' });
    expect(existsSync(join(dir, 'a.bin'))).toBe(false);
  });

  it('an archive with false sizes writes no more than it declared', async () => {
    const { dir } = await unpack(changed(zip(), (bytes, at) => bytes.writeUInt32LE(10, at + 24)));
    expect(existsSync(join(dir, 'a', 'b.txt')) ? statSync(join(dir, 'a', 'b.txt')).size : 0).toBeLessThanOrEqual(10);
  });
});
