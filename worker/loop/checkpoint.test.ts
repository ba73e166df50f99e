import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
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

it('comes back from the archive as it went in, and packs the same bytes each time', async () => {
  const [dir, out] = [checkpointDir(), tempDir()];
  await packCheckpoint(dir, join(out, 'a.zip'));
  await packCheckpoint(dir, join(out, 'b.zip'));
  expect(readFileSync(join(out, 'a.zip')).equals(readFileSync(join(out, 'b.zip')))).toBe(true);
  await unpackCheckpoint(join(out, 'a.zip'), join(out, 'back'));
  expect(readFileSync(join(out, 'back', 'global_step.txt'), 'utf8')).toBe('120');
  expect(readFileSync(join(out, 'back', 'FINISH')).length).toBe(0);
  expect(readFileSync(join(out, 'back', 'unet', 'deep', 'weights.bin')).equals(Buffer.alloc(300_000, 7))).toBe(true);
});

it('reads deflated archives of others', async () => {
  const out = tempDir();
  writeFileSync(join(out, 'in.zip'), zipSync({ 'a/b.txt': strToU8('text '.repeat(1_000)) }, { level: 9 }));
  await unpackCheckpoint(join(out, 'in.zip'), join(out, 'back'));
  expect(readFileSync(join(out, 'back', 'a', 'b.txt'), 'utf8')).toBe('text '.repeat(1_000));
});

it('refuses a name that leads out of the directory', async () => {
  const out = tempDir();
  writeFileSync(join(out, 'in.zip'), zipSync({ '../evil.txt': strToU8('x') }, { level: 0 }));
  await expect(unpackCheckpoint(join(out, 'in.zip'), join(out, 'back'))).rejects.toMatchObject({ code: 'TASK_INPUT_FAILED' });
  expect(() => readFileSync(join(out, 'evil.txt'))).toThrow();
});

it('refuses a cut-off archive', async () => {
  const out = tempDir();
  const whole = zipSync({ 'a.bin': new Uint8Array(50_000).map((_, i) => (i * 31) % 251) }, { level: 6 });
  writeFileSync(join(out, 'in.zip'), whole.subarray(0, whole.length / 2));
  await expect(unpackCheckpoint(join(out, 'in.zip'), join(out, 'back'))).rejects.toThrow();
});

it('says when there is no checkpoint', async () => {
  const out = tempDir();
  await expect(packCheckpoint(join(out, 'none'), join(out, 'a.zip'))).rejects.toMatchObject({ code: 'RESULT_INCOMPLETE' });
});
