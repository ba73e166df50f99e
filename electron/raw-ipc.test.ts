import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const ROOMS = ['protocol', 'contract', 'worker', 'host', 'headless', 'electron', 'renderer'];

function sources(): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.test)\.tsx?$/.test(entry.name))
      .map(({ parentPath, name }) => path.join(parentPath, name)),
  );
}

const filesWith = (pattern: RegExp) =>
  sources()
    .filter((file) => pattern.test(readFileSync(file, 'utf8')))
    .map((file) => path.relative(root, file).replaceAll(path.sep, '/'))
    .sort();

const preload = readFileSync(path.join(root, 'electron', 'preload.ts'), 'utf8');

describe("Electron's own IPC", () => {
  it('is used in one file of the program and one preload script only', () => {
    expect(filesWith(/\b(ipcMain|ipcRenderer|contextBridge)\b/)).toEqual(['electron/ipc.ts', 'electron/preload.ts']);
  });

  it('cannot be reached around its choke point', () => {
    const ways = /\.(executeJavaScript|executeJavaScriptInIsolatedWorld|sendToFrame|insertCSS)\(|webContents\.(send|ipc)\b/;
    expect(filesWith(ways)).toEqual([]);
  });

  it('lets the preload script import only Electron and the names of its two messages', () => {
    const modules = [...preload.matchAll(/from '([^']+)'/g)].map(([, module]) => module);
    expect(modules).toEqual(['electron', '../contract/message-port.ts']);
  });
});
