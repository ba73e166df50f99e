import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { settingsSchema } from '../contract/settings.ts';
import { createDataFile, restoreCopy } from './data-file.ts';
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
  it('is written for the owner alone and keeps what was there before', () => {
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
  ])('%s is refused, left as it is, and can be restored', (_what, text) => {
    const data = createDataFile({ path: file, schema });
    data.write({ count: 1 });
    data.write({ count: 2 });
    writeFileSync(file, text);
    expect(() => data.read()).toThrow(damaged);
    expect(readFileSync(file, 'utf8')).toBe(text);
    restoreCopy(file, 7);
    expect(data.read()).toEqual({ count: 1 });
    expect(readFileSync(`${file}.damaged-7`, 'utf8')).toBe(text);
  });

  it('that vanished is not begun anew while its copy is there', () => {
    const data = createDataFile({ path: file, schema });
    data.write({ count: 1 });
    data.write({ count: 2 });
    rmSync(file);
    expect(() => data.read()).toThrow(damaged);
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
  it('change alone what a change names, tell it, and survive', () => {
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
});
