/** The built program on Electron itself, if a test run is given its binary. Skips what only a desktop shows. */
import { type ElectronApplication, _electron as electron } from 'playwright-core';
import type { OrderInput, ShellState } from '../electron-double/control.ts';
import type { RunningShell } from './running-shell.ts';

export interface ElectronOptions {
  readonly binary: string;
  /** Folder with package.json. */
  readonly root: string;
  readonly dataDir: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export async function launchElectron(options: ElectronOptions): Promise<Omit<RunningShell, 'close'>> {
  const { binary, root, dataDir, args, env } = options;
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await electron.launch({
    executablePath: binary,
    args: [root, `--user-data-dir=${dataDir}`, ...sandbox, ...args],
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  return {
    pid: child.pid ?? 0,
    dataDir,
    output: () => output,
    page: await app.firstWindow(),
    state: () => readState(app),
    order: (order) => runOrder(app, order),
    ended: new Promise((resolve) => child.once('exit', resolve)),
  };
}

/** Evaluated in the main process, so nothing outside the functions is available. */
function readState(app: ElectronApplication): Promise<ShellState> {
  return app.evaluate(({ app: own, BrowserWindow, Menu }) => ({
    debuggingUrl: '',
    windows: BrowserWindow.getAllWindows().map((window) => ({
      visible: window.isVisible(),
      webPreferences: (window.webContents as unknown as { getLastWebPreferences(): unknown }).getLastWebPreferences(),
      url: window.webContents.getURL(),
      bounds: window.getNormalBounds(),
    })),
    switches: own.isHardwareAccelerationEnabled() ? [] : ['no-hardware-acceleration'],
    schemes: [],
    tray: null,
    menu: Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? [],
    notifications: [],
    sleepBlocks: 0,
    starts: [],
    journal: [],
  }));
}

async function runOrder(app: ElectronApplication, order: OrderInput): Promise<unknown> {
  switch (order.do) {
    case 'look':
      return readState(app);
    case 'closeWindow':
      return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    case 'moveWindow':
      return app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds), order.bounds);
    case 'secondStart':
      return app.evaluate(({ app: own }, argv) => void own.emit('second-instance', {}, argv, ''), [...order.argv]);
    case 'power':
      return app.evaluate(({ powerMonitor }, event) => void powerMonitor.emit(event), order.event);
    case 'quit':
      return app.evaluate(({ app: own }) => own.quit());
    default:
      throw new Error(`only the double can ${order.do}`);
  }
}
