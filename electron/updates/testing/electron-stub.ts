/**
 * Import this before electron-updater, which loads `electron` as soon as it is loaded; without Electron's binary, the
 * real package would try to download one. This stub is an application that reports that it quits.
 */
import { EventEmitter } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export class StubApp extends EventEmitter {
  readonly told: string[] = [];
  /** What the shell does when quitting, before it really quits. */
  onQuit: () => void = () => {};

  quit(): void {
    this.told.push('quit');
    this.onQuit();
  }

  relaunch(): void {
    this.told.push('relaunch');
  }
}

const shared = globalThis as { crynuxStubApp?: StubApp };
export const stubApp: StubApp = new StubApp();
shared.crynuxStubApp = stubApp;

const file = path.join(mkdtempSync(path.join(tmpdir(), 'electron-stub-')), 'electron.cjs');
writeFileSync(
  file,
  `const { EventEmitter } = require('node:events');
exports.app = globalThis.crynuxStubApp;
exports.autoUpdater = new EventEmitter();
exports.net = {};
exports.session = {};
`,
);

registerHooks({
  resolve(specifier, context, next) {
    const isElectron = specifier === 'electron' || /node_modules\/electron\/index\.js$/.test(specifier);
    return isElectron ? { url: pathToFileURL(file).href, format: 'commonjs', shortCircuit: true } : next(specifier, context);
  },
});
