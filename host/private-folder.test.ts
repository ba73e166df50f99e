import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openPrivateFolder } from './private-folder.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'private-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const modeOf = (file: string) => statSync(file).mode & 0o7777;

describe.skipIf(process.platform === 'win32')('the data directory', () => {
  it('is created for its owner only', () => {
    const made = path.join(folder, 'a', 'b');
    expect(openPrivateFolder(made)).toBeNull();
    expect(modeOf(made)).toBe(0o700);
  });

  it('that others could read is closed to them, and this is reported once', () => {
    const there = path.join(folder, 'there');
    mkdirSync(there);
    chmodSync(there, 0o755);
    expect(openPrivateFolder(there)).toMatchObject({ code: 'HOST_FOLDER_TIGHTENED', data: { mode: '755' } });
    expect(modeOf(there)).toBe(0o700);
    expect(openPrivateFolder(there)).toBeNull();
  });

  it.each([
    ['the home directory', 0o755, ''],
    ['a folder above it', 0o755, 'deeper/home'],
    ['a shared folder', 0o1777, null],
  ])('that is %s is left unchanged, and this is reported', (_what, mode, home) => {
    chmodSync(folder, mode);
    const homeDir = home === null ? '/home/somebody' : path.join(folder, home);
    expect(openPrivateFolder(folder, homeDir)).toMatchObject({ code: 'HOST_FOLDER_SHARED' });
    expect(modeOf(folder)).toBe(mode);
  });

  it.skipIf(process.getuid?.() !== 0)('of another user is left unchanged', async () => {
    const { chownSync } = await import('node:fs');
    chmodSync(folder, 0o777);
    chownSync(folder, 65_534, 65_534);
    expect(openPrivateFolder(folder)).toMatchObject({ code: 'HOST_FOLDER_SHARED' });
    expect(modeOf(folder)).toBe(0o777);
  });

  it('that cannot be created is reported with a code', () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(() => openPrivateFolder(path.join(folder, 'file', 'data'))).toThrow(
      expect.objectContaining({ code: 'HOST_FILE_UNWRITABLE' }),
    );
  });
});
