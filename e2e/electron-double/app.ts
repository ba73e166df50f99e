/** The application object, and the browser that all windows share. */
import { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DoubleBrowser, openBrowser } from './browser.ts';
import { journal } from './desktop.ts';
import { Preventable, type WebContents } from './web-contents.ts';

/** The arguments of `boot.ts`. */
const ROOT = process.argv[2] ?? '';

let leaving = false;
export const openWindows = new Set<{ close(): void }>();

class App extends EventEmitter {
  readonly name = 'Crynux Node Desktop';
  readonly isPackaged = ROOT.endsWith('.asar');
  /** Switches that a test may inspect. */
  readonly switches = new Set<string>();
  #loginItem = { openAtLogin: false };
  /** This program's data folder; chosen by the test, so that two starts can share it. */
  readonly #userData = process.env.ELECTRON_DOUBLE_USER_DATA ?? mkdtempSync(path.join(tmpdir(), 'electron-double-data-'));

  whenReady(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`the double has no path ${name}`);
    return this.#userData;
  }

  getAppPath(): string {
    return ROOT;
  }

  getVersion(): string {
    return '0.0.0-double';
  }

  getLocale(): string {
    return process.env.ELECTRON_DOUBLE_LOCALE ?? 'en-US';
  }

  /** The desktop would detect a second start; a test emits `second-instance` instead. */
  requestSingleInstanceLock(): boolean {
    return true;
  }

  enableSandbox(): void {
    this.switches.add('sandbox');
  }

  disableHardwareAcceleration(): void {
    this.switches.add('no-hardware-acceleration');
  }

  setAsDefaultProtocolClient(): boolean {
    if (!this.isPackaged) throw new Error('only a packaged program registers its links');
    return true;
  }

  getLoginItemSettings(_: { readonly args: readonly string[] }): { readonly openAtLogin: boolean } {
    return this.#loginItem;
  }

  setLoginItemSettings(settings: { readonly openAtLogin: boolean }): void {
    this.#loginItem = settings;
  }

  /** A relaunch is recorded but not performed. */
  relaunch(): void {
    journal.push('program: starts again');
  }

  quit(): void {
    if (leaving) return;
    const event = new Preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    leaving = true;
    for (const window of [...openWindows]) window.close();
    // A window that refuses to close keeps the program running.
    if (openWindows.size > 0) {
      leaving = false;
      return;
    }
    this.emit('will-quit', new Preventable());
    this.exit(0);
  }

  exit(code = 0): void {
    void applicationBrowser.close().finally(() => process.exit(code));
  }
}

export const app = new App();

let opening: Promise<DoubleBrowser> | null = null;

/** Shared by the windows; started with the first of them. */
export const applicationBrowser = {
  open: (): Promise<DoubleBrowser> => {
    opening ??= openBrowser();
    return opening;
  },
  created: (contents: WebContents) => void app.emit('web-contents-created', new Preventable(), contents),
  lastClosed: () => void (leaving || app.emit('window-all-closed')),
  failed(error: unknown): void {
    process.stderr.write(`electron double: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(70);
  },
  close: async () => (opening === null ? undefined : (await opening.catch(() => null))?.close()),
};
