/**
 * Import it before electron-updater: that loads `electron` as it is loaded itself, and without Electron's binary the
 * package of this name would try to fetch one. Here it is an application that quits by telling so.
 */
import { EventEmitter } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export class StubApp extends EventEmitter {
  readonly told: string[] = [];
  /** What the shell does on its way out, before it quits for good. */
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
