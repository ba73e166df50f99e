/**
 * A GPU back end: downloaded from a local registry, checked, and found by the engine; and every way in which it can be
 * wrong.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../testing/temp-dir.ts';
import { type BackendPackage, folderOf, readBackends } from './backend-list.ts';
import { installBackend, isInstalled, removeBackend } from './install.ts';
import { findInstalledBackends } from './installed.ts';

const FILES = {
  'package.json': '{"name":"@node-llama-cpp/linux-x64-cuda","version":"3.21.1","type":"module"}',
  'dist/index.js': 'export const getBinsDir = () => ({ binsDir: import.meta.dirname, packageVersion: "3.21.1" });',
  'bins/linux-x64-cuda/llama-addon.node': 'machine code',
};

let base: string;
let archive: Buffer;
let served: Buffer;
let status: number;
let asked: number;
let one: BackendPackage;

beforeEach(async () => {
  base = tempDir();
  const made = path.join(tempDir(), 'package');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(path.dirname(path.join(made, name)), { recursive: true });
    writeFileSync(path.join(made, name), text);
  }
  archive = execFileSync('tar', ['-czf', '-', '-C', path.dirname(made), 'package']);
  served = archive;
  status = 200;
  asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.writeHead(status).end(served);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  one = {
    name: '@node-llama-cpp/linux-x64-cuda',
    version: '3.21.1',
    backend: 'cuda',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/linux-x64-cuda-3.21.1.tgz`,
    integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
    bytes: 10_000,
    files: Object.fromEntries(Object.entries(FILES).map(([name, text]) => [name, sha256(text)])),
  };
});

const install = () => installBackend({ packages: [one], backend: 'cuda', base });

it('is downloaded once, kept, found under its name, and removed', async () => {
  await install();
  await install();
  expect(asked).toBe(1);
  expect(isInstalled([one], 'cuda', base)).toBe(true);
  // Nothing else: no archive, no incomplete folder.
  expect(readdirSync(base)).toEqual(['linux-x64-cuda@3.21.1']);
  expect(await findInstalledBackends({ packages: [one], base })).toEqual([one.name]);
  const script = `
    const { findInstalledBackends } = await import(${JSON.stringify(path.join(import.meta.dirname, 'installed.ts'))});
    await findInstalledBackends(${JSON.stringify({ packages: [one], base })});
    const { getBinsDir } = await import('@node-llama-cpp/linux-x64-cuda');
    process.stdout.write(JSON.stringify(getBinsDir()));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  expect(found).toEqual({ binsDir: path.join(folderOf(one, base), 'dist'), packageVersion: '3.21.1' });
  await removeBackend({ packages: [one], backend: 'cuda', base });
  expect([isInstalled([one], 'cuda', base), readdirSync(base)]).toEqual([false, []]);
  expect(await findInstalledBackends({ packages: [one], base })).toEqual([]);
});

it.for([
  ['another archive', { body: () => Buffer.from('x') }, 'not the expected SHA-512'],
  ['half of it', { body: () => archive.subarray(0, archive.length >> 1) }, 'not the expected SHA-512'],
  ['more than was announced', { body: () => Buffer.alloc(20_000) }, 'more than was announced'],
  ['no archive', { status: 404 }, 'answered with 404'],
] as const)('%s is refused, and nothing of it is kept', async ([, answer, why]) => {
  if ('body' in answer) served = answer.body();
  else status = answer.status;
  await expect(install()).rejects.toMatchObject({ code: 'ENGINE_BACKEND_DOWNLOAD', message: expect.stringContaining(why) });
  expect(readdirSync(base)).toEqual([]);
  expect(isInstalled([one], 'cuda', base)).toBe(false);
});

it('an archive whose files differ from the list is refused, even if its own checksum is right', async () => {
  one = { ...one, files: { ...one.files, 'dist/index.js': '0'.repeat(64) } };
  await expect(install()).rejects.toMatchObject({ code: 'ENGINE_BACKEND_CHANGED' });
  expect(readdirSync(base)).toEqual([]);
});

it('a changed byte, an extra file and a missing one prevent the engine from using it', async () => {
  const addon = path.join(folderOf(one, base), 'bins', 'linux-x64-cuda', 'llama-addon.node');
  const refused = (file: string) =>
    expect(findInstalledBackends({ packages: [one], base })).rejects.toMatchObject({
      code: 'ENGINE_BACKEND_CHANGED',
      data: { file },
    });
  await install();
  writeFileSync(addon, 'Machine code');
  await refused(addon);
  writeFileSync(addon, FILES['bins/linux-x64-cuda/llama-addon.node']);
  await findInstalledBackends({ packages: [one], base });
  const planted = path.join(folderOf(one, base), 'dist', 'other.js');
  writeFileSync(planted, '');
  await refused(planted);
});

it('an unknown name for this system is refused; a checkout has no list', async () => {
  await expect(installBackend({ packages: [one], backend: 'vulkan', base })).rejects.toMatchObject({
    code: 'ENGINE_BACKEND_UNKNOWN',
  });
  expect(readBackends(path.join(base, 'none.json'))).toEqual([]);
  const list = path.join(base, 'list.json');
  writeFileSync(list, JSON.stringify({ packages: [{ ...one, files: { '../../escape': '0'.repeat(64) } }] }));
  expect(() => readBackends(list)).toThrow();
});
