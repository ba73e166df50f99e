import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { settingsSchema } from '../contract/settings.ts';
import { createDataFile } from './data-file.ts';
import type { HostError } from './errors.ts';
import { openSettings } from './settings/settings.ts';

let file: string;

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'host-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = path.join(folder, 'data.json');
});

const schema = z.object({ count: z.number() });
const damaged = expect.objectContaining({ code: 'HOST_FILE_DAMAGED' });

describe('a data file', () => {
  it('is written with access for the owner only, and keeps its previous content', () => {
    const data = createDataFile({ path: file, schema });
    expect(data.read()).toBeNull();
    data.write({ count: 1 });
    data.write({ count: 2 });
    expect(data.read()).toEqual({ count: 2 });
    expect(JSON.parse(readFileSync(`${file}.bak`, 'utf8'))).toEqual({ version: 1, content: { count: 1 } });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it.each([
    ['cut off', '{"version":1,"cont'],
    ['of another shape', '{"version":1,"content":{"count":"x"}}'],
    ['without a version', '{"count":1}'],
    ['of zeros', '\u0000'.repeat(64)],
    ['empty', ''],
  ])('%s is kept under another name and replaced by its copy, and this is reported', (_what, text) => {
    const told: HostError[] = [];
    const data = createDataFile({ path: file, schema, onRestored: (problem) => told.push(problem) });
    data.write({ count: 1 });
    data.write({ count: 2 });
    writeFileSync(file, text);
    expect(data.read()).toEqual({ count: 1 });
    expect(data.read()).toEqual({ count: 1 });
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
    expect(told).toMatchObject([{ code: 'HOST_FILE_RESTORED', data: { file, kept: `${file}.damaged` } }]);
  });

  it('that is damaged, like its copy, is refused, and neither is overwritten', () => {
    const data = createDataFile({ path: file, schema });
    data.write({ count: 1 });
    data.write({ count: 2 });
    writeFileSync(file, 'x');
    writeFileSync(`${file}.bak`, 'y');
    expect(() => data.read()).toThrow(damaged);
    expect([readFileSync(file, 'utf8'), readFileSync(`${file}.bak`, 'utf8')]).toEqual(['x', 'y']);
  });

  it('that vanished is restored from its copy', () => {
    const told: HostError[] = [];
    const data = createDataFile({ path: file, schema, onRestored: (problem) => told.push(problem) });
    data.write({ count: 1 });
    data.write({ count: 2 });
    rmSync(file);
    expect(data.read()).toEqual({ count: 1 });
    expect(told).toMatchObject([{ code: 'HOST_FILE_RESTORED', data: { kept: null } }]);
  });

  it('that was damaged while the program was running does not become the copy', () => {
    const data = createDataFile({ path: file, schema });
    data.write({ count: 1 });
    data.write({ count: 2 });
    writeFileSync(file, 'x');
    data.write({ count: 3 });
    expect(data.read()).toEqual({ count: 3 });
    expect(JSON.parse(readFileSync(`${file}.bak`, 'utf8'))).toEqual({ version: 1, content: { count: 1 } });
  });

  it('that is temporarily unreadable is not treated as damaged, and its copy is not used', () => {
    const data = createDataFile({ path: file, schema });
    data.write({ count: 1 });
    data.write({ count: 2 });
    rmSync(file);
    mkdirSync(file);
    expect(() => data.read()).toThrow(expect.objectContaining({ code: 'HOST_FILE_UNREADABLE' }));
  });

  it('that cannot be written reports why, with a code', () => {
    writeFileSync(file, '');
    const data = createDataFile({ path: path.join(file, 'below', 'a.json'), schema });
    expect(() => data.write({ count: 1 })).toThrow(
      expect.objectContaining({ code: 'HOST_FILE_UNWRITABLE', message: expect.stringContaining('ENOTDIR') }),
    );
  });

  it('is read as saved by Notepad and PowerShell', () => {
    const data = createDataFile({ path: file, schema });
    for (const encoding of ['utf8', 'utf16le'] as const) {
      writeFileSync(file, '\ufeff{"version":1,"content":{"count":7}}', encoding);
      expect(data.read()).toEqual({ count: 7 });
    }
  });

  it.skipIf(process.platform === 'win32')('is durable when written: first the content, then its name', async () => {
    const synced = await syncsOf(`writeAtomically(${JSON.stringify(file)}, 'x')`);
    expect(synced).toEqual(['file', 'rename', 'folder']);
  });

  it('of an older version is migrated, of a newer one left untouched', () => {
    createDataFile({ path: file, schema: z.string() }).write('5');
    const migrations = [(old: unknown) => ({ count: Number(old) })];
    const newer = createDataFile({ path: file, schema, migrations });
    expect(newer.read()).toEqual({ count: 5 });
    newer.write({ count: 6 });
    expect(() => createDataFile({ path: file, schema }).read()).toThrow(expect.objectContaining({ code: 'HOST_FILE_NEWER' }));
  });
});

describe('settings', () => {
  it('change only the fields of a change, report it, and survive', () => {
    const settings = openSettings({ file });
    const seen: unknown[] = [];
    const end = settings.watch((now) => seen.push(now.appearance));
    settings.change({ language: 'zh-CN', notifications: { payment: true } });
    settings.change({ appearance: 'dark' });
    end();
    settings.change({ startAtLogin: true });
    const defaults = settingsSchema.parse({});
    const notifications = { ...defaults.notifications, payment: true };
    const expected = { ...defaults, language: 'zh-CN', notifications, appearance: 'dark', startAtLogin: true };
    expect(openSettings({ file }).get()).toEqual(expected);
    expect(seen).toEqual(['system', 'dark']);
  });

  it('that are damaged never prevent a start: the copy is used, or else the defaults, and this is reported', () => {
    const told: HostError[] = [];
    const open = () => openSettings({ file, onRestored: (problem) => told.push(problem) }).get();
    openSettings({ file }).change({ appearance: 'dark' });
    openSettings({ file }).change({ appearance: 'light' });
    writeFileSync(file, '{"version":1,"content":{"appearance":"loud"}}');
    expect(open().appearance).toBe('dark');
    writeFileSync(file, 'garbage');
    writeFileSync(`${file}.bak`, 'garbage');
    expect(open()).toEqual(settingsSchema.parse({}));
    expect(open()).toEqual(settingsSchema.parse({}));
    expect(told.map(({ code }) => code)).toEqual(['HOST_FILE_RESTORED', 'HOST_FILE_RESTORED']);
    expect(readFileSync(`${file}.damaged-2`, 'utf8')).toBe('garbage');
  });
});

/** Runs this statement in a program, and returns what it synced, in order. */
async function syncsOf(statement: string): Promise<string[]> {
  const script = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const seen = [];
    const { fsyncSync, renameSync } = fs;
    fs.fsyncSync = (fd) => { seen.push(fs.fstatSync(fd).isDirectory() ? 'folder' : 'file'); fsyncSync(fd); };
    fs.renameSync = (...names) => { seen.push('rename'); renameSync(...names); };
    syncBuiltinESMExports();
    const { writeAtomically } = await import(${JSON.stringify(new URL('./data-file.ts', import.meta.url).href)});
    ${statement};
    process.stdout.write(JSON.stringify(seen));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
