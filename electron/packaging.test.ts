import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { flipFuses } from '@electron/fuses';
import { Ajv } from 'ajv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { standInBinary } from '../scripts/package/electron-stand-in.ts';
import { readFuses, WANTED_FUSES } from '../scripts/package/inspect.ts';
import { DEEP_LINK_SCHEME } from './deep-link.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const config = parse(read('electron-builder.yml'));

describe('electron-builder.yml', () => {
  it('fits the schema of electron-builder itself', () => {
    const validate = new Ajv({ strict: false, allErrors: true }).compile(
      JSON.parse(read('node_modules/app-builder-lib/scheme.json')),
    );
    expect([validate(config), validate.errors]).toEqual([true, null]);
    expect(validate({ ...config, appID: 'a typo' })).toBe(false);
  });

  it('names the packages that hosts install, and existing files', () => {
    const targets = (of: { target: { target: string; arch?: string[] }[] }) => of.target.map(({ target }) => target);
    expect(targets(config.win)).toEqual(['nsis']);
    expect(targets(config.mac)).toContain('dmg');
    // P6: a target with an explicit architecture would be built for it on any machine, with the wrong binaries.
    const all = [config.win, config.mac, config.linux].flatMap(({ target }) => target);
    expect(all.filter((target) => 'arch' in target)).toEqual([]);
    // R9: nothing that is in the archive is unpacked.
    expect(config).not.toHaveProperty('asarUnpack');
    expect(targets(config.linux)).toEqual(['AppImage', 'deb', 'rpm', 'tar.gz']);
    for (const file of [config.win.icon, config.mac.icon, config.linux.icon, config.mac.entitlements])
      expect(existsSync(path.join(root, file)), file).toBe(true);
    expect(config.mac.hardenedRuntime).toBe(true);
    expect(config.protocols[0].schemes).toEqual([DEEP_LINK_SCHEME]);
  });

  it('puts crynux-node on the path of a deb and an rpm, pointing at the installed program', () => {
    const files = [
      'build/linux/crynux-node=/usr/bin/crynux-node',
      'build/crynux-node.service=/usr/share/crynux-node-desktop/crynux-node.service',
    ];
    expect([config.deb.fpm, config.rpm.fpm]).toEqual([files, files]);
    const launcher = path.join(root, 'build/linux/crynux-node');
    expect(readFileSync(launcher, 'utf8')).toContain(`'/opt/${config.productName}/resources/bin/crynux-node'`);
    expect(statSync(launcher).mode & 0o111).not.toBe(0);
    expect(read('build/crynux-node.service')).toContain('ExecStart=/usr/bin/crynux-node ');
  });

  it("leaves the user's files alone, and keeps Chromium's sandbox", () => {
    expect(config.nsis.deleteAppDataOnUninstall).toBe(false);
    // The old tool, with its default arguments, would start every AppImage without a sandbox.
    expect([config.toolsets.appimage, config.appImage.executableArgs]).toEqual(['1.0.3', []]);
  });

  it('does not sign again what the list of hashes for macOS names', () => {
    const [pattern = ''] = config.mac.signIgnore;
    const inApp = (file: string) => new RegExp(pattern).test(`/tmp/Crynux Node Desktop.app/Contents/${file}`);
    const listed = [
      'Resources/node/node',
      'Resources/program/node_modules/keytar/prebuilds/darwin-arm64/keytar.node',
      'Resources/bin/crynux-node',
    ];
    expect(listed.filter(inApp)).toEqual(listed);
    expect(['MacOS/Crynux Node Desktop', 'Frameworks/Electron Framework.framework', 'Resources/app.asar'].filter(inApp)).toEqual(
      [],
    );
  });

  it('sets every fuse of the binary to its safe value', async () => {
    // Set by electron-builder's own code from our file.
    const binary = path.join(mkdtempSync(path.join(tmpdir(), 'fuses-')), 'electron');
    onTestFinished(() => rmSync(path.dirname(binary), { recursive: true }));
    writeFileSync(binary, standInBinary());
    const { PlatformPackager } = createRequire(import.meta.url)(path.join(root, 'node_modules/app-builder-lib'));
    await flipFuses(binary, await PlatformPackager.prototype.generateFuseConfig.call({}, config.electronFuses));
    // Every fuse of this Electron version: a new one fails here until somebody decides about it.
    expect(await readFuses(binary)).toEqual(WANTED_FUSES);
  });
});
