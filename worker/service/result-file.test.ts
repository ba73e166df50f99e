import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../store/artifacts.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { MAX_FILE_BYTES, readTaskFile, taskFiles } from './result-file.ts';

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex');
const artifact = (path: string, kind: Artifact['kind'] = 'file'): Artifact => ({
  kind,
  position: 0,
  path,
  sha256: '11'.repeat(32),
  size: 9,
});

/** A results folder with these files, next to a file that is not a result. */
function results(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = tempDir();
  writeFileSync(join(dir, 'secret.json'), '"secret"');
  const root = join(dir, 'results');
  mkdirSync(join(root, 'task', '1'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'task', '1', name), content);
  return root;
}

describe('a file of a result', () => {
  const contents: readonly [string, string | Uint8Array, string][] = [
    ['0.png', PNG, 'image/png'],
    ['0.json', '{"choices":[]}', 'application/json'],
    // Named as a different type than it is.
    ['0.json', PNG, 'image/png'],
    ['0.png', '<svg onload="alert(1)"/>', 'application/octet-stream'],
    ['0.json', Buffer.from([0x22, 0xff, 0x22]), 'application/octet-stream'],
    ['0.json', '', 'application/octet-stream'],
  ];
  it.each(contents)('%s has the type that its bytes show', async (name, content, mime) => {
    const root = results({ [name]: content });
    expect(await readTaskFile(root, artifact(`task/1/${name}`))).toEqual({
      mime,
      base64: Buffer.from(content).toString('base64'),
    });
  });

  it('is not read if it is larger than the limit for a UI', async () => {
    const root = results({ '0.png': PNG, '1.png': PNG });
    truncateSync(join(root, 'task', '1', '0.png'), MAX_FILE_BYTES);
    truncateSync(join(root, 'task', '1', '1.png'), MAX_FILE_BYTES + 1);
    expect((await readTaskFile(root, artifact('task/1/0.png'))).base64).toHaveLength(Math.ceil(MAX_FILE_BYTES / 3) * 4);
    expect(await readTaskFile(root, artifact('task/1/1.png'))).toEqual({ mime: 'image/png', base64: null });
  });

  it('is never read from outside the results folder, by path or by link', async () => {
    const root = results({});
    symlinkSync(join(root, '..', 'secret.json'), join(root, 'task', '1', '0.json'));
    symlinkSync(join(root, '..'), join(root, 'task', 'up'));
    const paths = ['../secret.json', join(root, '..', 'secret.json'), 'task/1/0.json', 'task/up/secret.json', 'task/1', '.', ''];
    for (const path of paths) {
      expect(await readTaskFile(root, artifact(path)), path).toEqual({ mime: 'application/octet-stream', base64: null });
    }
  });

  it('reports whether it is on disk, at its position in the upload', async () => {
    const root = results({ '0.png': PNG, '1.png': PNG, 'checkpoint.zip': 'PK' });
    rmSync(join(root, 'task', '1', '1.png'));
    const files = [artifact('task/1/0.png'), artifact('task/1/1.png'), artifact('task/1/checkpoint.zip', 'checkpoint')];
    expect(await taskFiles(root, files)).toMatchObject([
      { position: 0, kind: 'image', present: true },
      { position: 1, kind: 'image', present: false },
      { position: 2, kind: 'checkpoint', present: true },
    ]);
    rmSync(root, { recursive: true });
    expect((await taskFiles(root, files)).map(({ present }) => present)).toEqual([false, false, false]);
  });
});
