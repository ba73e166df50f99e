import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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

  it('closes every door of the binary', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });
});
