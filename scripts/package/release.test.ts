/** What a package says about third-party software, and how a release is put together. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { isTest, packagesIn, readSources } from '../house/imports.ts';
import { NOT_SHIPPED } from '../house/places.ts';
import { backendList } from './backend-list.ts';
import { componentsOf } from './components.ts';
import { groupsOf } from './contents.ts';
import { readLock } from './dependencies.ts';
import { WANTED_FUSES } from './inspect.ts';
import { mergeFeeds } from './merge-feeds.ts';
import { noticesOf } from './notices.ts';
import { sbomOf } from './sbom.ts';
import { macSigner } from './sign-mac.ts';
import { replaceTables } from './tables.ts';
import { targetOf } from './target.ts';

const root = process.cwd();
const target = targetOf('linux', 'x64');
const lock = await readLock(root);
const components = componentsOf({ root, lock, target });
const names = components.map(({ name }) => name);

it('P7: what only the window and tools import is bundled or left out, and is no dependency of an installation', () => {
  const {
    dependencies,
    devDependencies,
  }: Record<string, Record<string, string>> = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const run = ['protocol', 'contract', 'platform', 'worker', 'host', 'headless', 'devnet', 'electron', 'demo'];
  const imported = new Set(
    readSources(root, run)
      .filter(({ path: file }) => !isTest(file) && !NOT_SHIPPED.includes(file))
      .flatMap(({ path: file }) => packagesIn(readFileSync(path.join(root, file), 'utf8'))),
  );
  // Found by their place, not by an import.
  for (const name of ['@foundry-rs/anvil', 'keytar']) imported.add(name);
  expect(Object.keys(dependencies ?? {}).filter((name) => !imported.has(name))).toEqual([]);
  expect(Object.keys(devDependencies ?? {}).filter((name) => imported.has(name) && name !== 'electron')).toEqual([]);
});

describe('third-party software in a package', () => {
  it('is what its rooms import, what is shipped as files, and the programs under it', () => {
    const some = ['react', 'ethers', 'zod', 'tailwindcss', '@github/keytar', '@node-llama-cpp/linux-x64', 'electron', 'node'];
    expect(names).toEqual(expect.arrayContaining(some));
    // Tools, other systems' files, and what only compiles contracts in a checkout.
    const others = ['vitest', 'electron-builder', 'solc', '@node-llama-cpp/linux-x64-cuda-ext', '@node-llama-cpp/win-x64'];
    expect(names.filter((name) => others.includes(name) || name.startsWith('@types/'))).toEqual([]);
    const mac = componentsOf({ root, lock, target: targetOf('darwin', 'x64') }).map(({ name }) => name);
    expect(mac).toContain('@node-llama-cpp/mac-x64');
    expect(mac).not.toContain('onnxruntime-node');
  });

  it('has a notice each, with the text in its package', () => {
    const notices = noticesOf(components, root);
    expect(components.filter(({ name, version }) => !notices.includes(`\n${name} ${version}`))).toEqual([]);
    expect(notices).toContain('Copyright (c) Meta Platforms, Inc. and affiliates.');
    expect(notices).toContain('Node.js is licensed for use as follows');
  });

  it('is listed in a bill of materials with the checksums of the lock file, identical for identical input', () => {
    const given = { components, program: { name: 'crynux-node-desktop', version: '1.0.0', license: 'Apache-2.0' }, target };
    const text = sbomOf(given);
    const bom = JSON.parse(text);
    expect(text).toBe(sbomOf(given));
    expect([bom.bomFormat, bom.specVersion, bom.components.length]).toEqual(['CycloneDX', '1.6', components.length]);
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(bom.components.map((part: { 'bom-ref': string }) => part['bom-ref'])).size).toBe(components.length);
    const zod = bom.components.find((part: { purl: string }) => part.purl.startsWith('pkg:npm/zod@'));
    const hash = Buffer.from((lock['node_modules/zod']?.integrity ?? '').slice('sha512-'.length), 'base64').toString('hex');
    expect(zod).toMatchObject({ licenses: [{ license: { id: 'MIT' } }], hashes: [{ alg: 'SHA-512', content: hash }] });
    expect(bom.components.filter((part: { hashes?: unknown }) => part.hashes === undefined)).toEqual([]);
    expect(JSON.stringify(bom)).toContain('{"expression":"MIT OR Apache-2.0"}');
  });
});

const registry = 'https://registry.example/';

it('GPU back ends for later download are listed with versions from the lock file and hashes of their files', async () => {
  const small = {
    'node_modules/@node-llama-cpp/linux-x64-vulkan': lock['node_modules/@node-llama-cpp/linux-x64-vulkan'] ?? {
      dependencies: {},
    },
  };
  const [vulkan, ...others] = await backendList({ root, lock: small, target, registry });
  expect(others).toEqual([]);
  const { version, integrity } = small['node_modules/@node-llama-cpp/linux-x64-vulkan'];
  const url = `${registry}@node-llama-cpp/linux-x64-vulkan/-/linux-x64-vulkan-${version}.tgz`;
  expect(vulkan).toMatchObject({ name: '@node-llama-cpp/linux-x64-vulkan', backend: 'vulkan', version, integrity, url });
  expect(Object.keys(vulkan?.files ?? {})).toEqual(expect.arrayContaining(['package.json', 'dist/index.js']));
  expect(vulkan?.bytes).toBeGreaterThan(10_000_000);
  expect(await backendList({ root, lock: {}, target: targetOf('darwin', 'arm64'), registry })).toEqual([]);
});

describe('the tables of docs/release.md', () => {
  const document = readFileSync(path.join(root, 'docs', 'release.md'), 'utf8');

  it('have a row for each group of files and each fuse', () => {
    const rows = [...groupsOf(target).map(({ title }) => title), ...Object.keys(WANTED_FUSES)];
    expect(rows.filter((row) => !document.includes(`\n| ${row} |`))).toEqual([]);
  });

  it('are inserted in their place, and nothing else is changed', () => {
    const once = replaceTables(document, 'new');
    expect(once).toContain('--write -->\nnew\n<!-- end');
    expect(replaceTables(replaceTables(document, 'other'), 'new')).toBe(once);
    expect(() => replaceTables('no place', 'new')).toThrow('has no line');
  });
});

describe("the channel's file for Macs", () => {
  const feed = (arch: string, version = '2.0.0') =>
    `version: ${version}\nfiles:\n  - url: Crynux-${version}${arch}.zip\n    sha512: ${'A'.repeat(86)}==\n    size: 1\npath: Crynux-${version}${arch}.zip\nsha512: x\nreleaseDate: '2026-11-29'\n`;

  it('lists the packages of both machines, whichever finished first', () => {
    for (const texts of [
      [feed('-arm64'), feed('')],
      [feed(''), feed('-arm64')],
    ]) {
      const merged = parse(mergeFeeds(texts));
      expect(merged.files.map(({ url }: { url: string }) => url)).toEqual(['Crynux-2.0.0.zip', 'Crynux-2.0.0-arm64.zip']);
      expect(merged).toMatchObject({ version: '2.0.0', path: 'Crynux-2.0.0.zip' });
    }
  });

  it('is not made from two versions', () => {
    expect(() => mergeFeeds([feed(''), feed('-arm64', '2.0.1')])).toThrow('different versions: 2.0.0, 2.0.1');
  });
});

describe("a Mac's signatures", () => {
  it('are made for each file with machine code, and nothing else', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sign-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const code = Buffer.alloc(4096);
    code.writeUInt32BE(0xcffaedfe);
    writeFileSync(path.join(folder, 'node'), code);
    writeFileSync(path.join(folder, 'main.js'), 'x'.repeat(4096));
    const calls: (readonly string[])[] = [];
    const given = {
      target: targetOf('darwin', 'arm64'),
      entitlements: 'e.plist',
      run: async (_: string, args: readonly string[]) => calls.push(args),
    };
    await macSigner({ ...given, env: { CSC_NAME: 'Ann (TEAM)' } })?.(folder);
    expect(calls.map((args) => [args.at(-1), args[args.indexOf('--sign') + 1]])).toEqual([
      [path.join(folder, 'node'), 'Developer ID Application: Ann (TEAM)'],
    ]);
    expect(macSigner({ ...given, env: {} })).toBeUndefined();
    expect(macSigner({ ...given, target, env: { CSC_NAME: 'Ann' } })).toBeUndefined();
  });
});
