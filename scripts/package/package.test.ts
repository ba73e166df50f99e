/** The parts of packaging that need no package: machine code formats, file patterns, archives, targets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { feedOf } from '../../electron/updates/feed.ts';
import { emptyArchive, openArchive } from './archive.ts';
import { machinesOf, machinesOfFile } from './binaries.ts';
import { groupsOf, takeInventory } from './contents.ts';
import { closure, isIncluded, readLock } from './dependencies.ts';
import { targetOf } from './target.ts';

const root = process.cwd();
const LINUX = targetOf('linux', 'x64');

function head(bytes: readonly number[], more: (buffer: Buffer) => void = () => {}): Buffer {
  const buffer = Buffer.alloc(256);
  Buffer.from(bytes).copy(buffer);
  more(buffer);
  return buffer;
}

describe('machine code', () => {
  it.for([
    ['linux-x64', head([0x7f, 0x45, 0x4c, 0x46], (buffer) => buffer.writeUInt16LE(0x3e, 18))],
    ['linux-arm64', head([0x7f, 0x45, 0x4c, 0x46], (buffer) => buffer.writeUInt16LE(0xb7, 18))],
    ['darwin-arm64', head([0xcf, 0xfa, 0xed, 0xfe], (buffer) => buffer.writeUInt32LE(0x0100000c, 4))],
    ['darwin-x64', head([0xcf, 0xfa, 0xed, 0xfe], (buffer) => buffer.writeUInt32LE(0x01000007, 4))],
    [
      'win32-x64',
      head([0x4d, 0x5a], (buffer) => {
        buffer.writeUInt32LE(128, 60);
        buffer.write('PE\0\0', 128, 'latin1');
        buffer.writeUInt16LE(0x8664, 132);
      }),
    ],
  ] as const)('for %s', ([machine, bytes]) => {
    expect(machinesOf(bytes)).toEqual([machine]);
  });

  it('for both kinds of Mac at once', () => {
    const universal = head([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2], (buffer) => {
      buffer.writeUInt32BE(0x01000007, 8);
      buffer.writeUInt32BE(0x0100000c, 28);
    });
    expect(machinesOf(universal)).toEqual(['darwin-x64', 'darwin-arm64']);
  });

  it('is not confused with files that begin alike, or with text', async () => {
    expect(machinesOf(head([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x34]))).toBeNull();
    expect(machinesOf(Buffer.from('MZ'))).toBeNull();
    expect(await machinesOfFile(path.join(root, 'package.json'))).toBeNull();
    expect(await machinesOfFile(process.execPath)).toEqual([`${process.platform}-${process.arch}`]);
  });
});

describe('P7: files taken from the dependencies', () => {
  it.for([
    ['onnxruntime-node', 'bin/napi-v6/linux/x64/libonnxruntime.so.1', true],
    ['onnxruntime-node', 'bin/napi-v6/linux/arm64/libonnxruntime.so.1', false],
    ['onnxruntime-node', 'bin/napi-v6/win32/x64/DirectML.dll', false],
    ['onnxruntime-node', 'script/install.js', false],
    ['keytar', 'prebuilds/linux-x64/keytar.node', true],
    ['keytar', 'prebuilds/win32-x64/keytar.node', false],
    ['keytar', 'build/Release/keytar.node', false],
    ['node-llama-cpp', 'llama/gitRelease.bundle', false],
    ['node-llama-cpp', 'llama/addon/addon.cpp', false],
    ['node-llama-cpp', 'llama/binariesGithubRelease.json', true],
    ['node-llama-cpp', 'LICENSE', true],
    ['chalk', 'source/index.d.ts', false],
    ['chalk', 'source/index.js', true],
  ] as const)('%s %s: %s', ([name, file, taken]) => {
    expect(isIncluded(name, file, LINUX)).toBe(taken);
  });

  it('no copy of CUDA, no compiler, no library that is bundled anyway', async () => {
    const places = closure(await readLock(root), ['keytar', 'node-llama-cpp', 'onnxruntime-node', '@node-llama-cpp/linux-x64']);
    expect(places).toContain('node_modules/onnxruntime-common');
    expect(places.filter((place) => /cuda|vulkan|cmake-js|\/react|ethers|recharts|lucide/.test(place))).toEqual([]);
  });

  it('a package that the lock file lacks is an error', async () => {
    await expect(readLock(root).then((lock) => closure(lock, ['no-such-package']))).rejects.toThrow('no-such-package');
  });
});

describe('accounting', () => {
  const groups = groupsOf(LINUX);
  const problemsOf = (name: string) =>
    takeInventory([{ name, bytes: 1 }], groups).problems.filter((text) => text.startsWith(name));

  it.for([
    'resources/app.asar/dist/worker/main.js',
    'resources/program/node_modules/keytar/prebuilds/linux-x64/keytar.node',
    'resources/program/node_modules/@scope/name/index.js',
    'chrome_100_percent.pak',
  ])('knows %s', (name) => {
    expect(problemsOf(name)).toEqual([]);
  });

  it.for([
    'resources/app.asar/dist/worker/main.js.map',
    'resources/app.asar/dist/worker/main.ts',
    'resources/app.asar/dist/other.js',
    'resources/app.asar.unpacked/dist/electron/main.js',
    'resources/program/dist/electron/main.js',
    'resources/program/node_modules/keytar/prebuilds/linux-arm64/keytar.node',
    'resources/default_app.asar',
    'resources/app/package.json',
    'release/.stamp',
  ])('knows no %s', (name) => {
    expect(problemsOf(name)).toEqual([`${name} belongs to nothing`]);
  });

  it('reports what is missing', () => {
    expect(takeInventory([], groups).problems).toContain("there is no file of: Node's binary");
  });
});

it('an archive without files is read, and anything else is refused', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'asar-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'a.asar');
  writeFileSync(file, emptyArchive());
  expect(openArchive(file).list()).toEqual([]);
  expect(() => openArchive(file).read('x')).toThrow('has no file x');
  writeFileSync(file, readFileSync(path.join(root, '.npmrc')));
  expect(() => openArchive(file)).toThrow();
});

it('P6: only what this machine has binaries for is built', () => {
  expect(() => targetOf('linux', 'riscv64')).toThrow('no package is made for linux-riscv64');
  expect(() => targetOf('win32', 'arm64')).toThrow();
});

it('R9: an update feed that is not https, or has no key, makes no package', () => {
  const feed = { url: 'https://updates.test/', publicKey: 'AAAA', channel: 'latest' };
  expect(feedOf(JSON.stringify({ updates: feed }))).toEqual(feed);
  expect(feedOf(JSON.stringify({ version: '1.0.0' }))).toBeNull();
  for (const wrong of [{ url: 'http://updates.test/' }, { publicKey: undefined }, { channel: '../x' }])
    expect(() => feedOf(JSON.stringify({ updates: { ...feed, ...wrong } }))).toThrow();
});
