import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    expect(validate({ ...config, appID: 'a slip of the pen' })).toBe(false);
  });

  it('names the packages that hosts install, and files that are there', () => {
    const targets = (of: { target: { target: string; arch?: string[] }[] }) => of.target.map(({ target }) => target);
    expect(targets(config.win)).toEqual(['nsis']);
    expect(targets(config.mac)).toContain('dmg');
    // P6: what names an architecture is built for it on any machine, with the wrong binaries.
    const all = [config.win, config.mac, config.linux].flatMap(({ target }) => target);
    expect(all.filter((target) => 'arch' in target)).toEqual([]);
    // R9: nothing that is in the archive is unpacked.
    expect(config).not.toHaveProperty('asarUnpack');
    expect(targets(config.linux)).toEqual(['AppImage', 'deb']);
    for (const file of [config.win.icon, config.mac.icon, config.linux.icon, config.mac.entitlements])
      expect(existsSync(path.join(root, file)), file).toBe(true);
    expect(config.mac.hardenedRuntime).toBe(true);
    expect(config.protocols[0].schemes).toEqual([DEEP_LINK_SCHEME]);
  });

  it('closes every door of the binary', async () => {
    // Flipped by what electron-builder itself makes of our file.
    const binary = path.join(mkdtempSync(path.join(tmpdir(), 'fuses-')), 'electron');
    onTestFinished(() => rmSync(path.dirname(binary), { recursive: true }));
    writeFileSync(binary, standInBinary());
    const { PlatformPackager } = createRequire(import.meta.url)(path.join(root, 'node_modules/app-builder-lib'));
    await flipFuses(binary, await PlatformPackager.prototype.generateFuseConfig.call({}, config.electronFuses));
    // Every fuse that this version of Electron has: a new one fails here until it is decided about.
    expect(await readFuses(binary)).toEqual(WANTED_FUSES);
  });
});
