import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';
import { Ajv } from 'ajv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { DEEP_LINK_SCHEME } from './deep-link.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
/** Marks the fuses in Electron's binary, see docs/tutorial/fuses.md there. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
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
    const targets = (of: { target: { target: string; arch: string[] }[] }) => of.target.map(({ target }) => target);
    expect(targets(config.win)).toEqual(['nsis']);
    expect(targets(config.mac)).toContain('dmg');
    expect(config.mac.target[0].arch).toEqual(['x64', 'arm64']);
    expect(targets(config.linux)).toEqual(['AppImage', 'deb']);
    for (const file of [config.win.icon, config.mac.icon, config.linux.icon, config.mac.entitlements])
      expect(existsSync(path.join(root, file)), file).toBe(true);
    expect(config.mac.hardenedRuntime).toBe(true);
    expect(config.protocols[0].schemes).toEqual([DEEP_LINK_SCHEME]);
  });

  it('closes every door of the binary', async () => {
    // As Electron ships it: every fuse as a developer wants it. Flipped by what electron-builder itself makes of our file.
    const binary = path.join(mkdtempSync(path.join(tmpdir(), 'fuses-')), 'electron');
    onTestFinished(() => rmSync(path.dirname(binary), { recursive: true }));
    const fuses = Object.values(FuseV1Options).filter((fuse) => typeof fuse === 'number');
    const wire = Buffer.from([Number(FuseVersion.V1), fuses.length, ...fuses.map(() => FuseState.ENABLE)]);
    writeFileSync(binary, Buffer.concat([Buffer.alloc(100), Buffer.from(SENTINEL), wire, Buffer.alloc(100)]));
    const { PlatformPackager } = createRequire(import.meta.url)(path.join(root, 'node_modules/app-builder-lib'));
    await flipFuses(binary, await PlatformPackager.prototype.generateFuseConfig.call({}, config.electronFuses));
    const flipped = await getCurrentFuseWire(binary);
    // Every fuse that this version of Electron has: a new one fails here until it is decided about.
    expect(Object.fromEntries(fuses.map((fuse) => [FuseV1Options[fuse], flipped[fuse]]))).toEqual({
      RunAsNode: FuseState.DISABLE,
      EnableCookieEncryption: FuseState.ENABLE,
      EnableNodeOptionsEnvironmentVariable: FuseState.DISABLE,
      EnableNodeCliInspectArguments: FuseState.DISABLE,
      EnableEmbeddedAsarIntegrityValidation: FuseState.ENABLE,
      OnlyLoadAppFromAsar: FuseState.ENABLE,
      LoadBrowserProcessSpecificV8Snapshot: FuseState.DISABLE,
      GrantFileProtocolExtraPrivileges: FuseState.DISABLE,
      // No door: how WebAssembly finds that it left its memory. It stays as Electron ships it.
      WasmTrapHandlers: FuseState.ENABLE,
    });
  });
});
