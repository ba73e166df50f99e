/** The only window: locked down, shown once it has content, closed to the tray. */
import { readFile } from 'node:fs/promises';
import { BrowserWindow, screen } from 'electron';
import { PAGE_URL } from './page.ts';
import { boundsOn, readWindowState, type WindowState } from './window-state.ts';

export interface ShellWindow {
  /** Opens, restores or focuses it; `route` is a place inside the page. */
  show(route?: string): void;
  /** Null = it is closed. */
  current(): BrowserWindow | null;
}

export interface WindowOptions {
  readonly preload: string;
  readonly icon: string;
  readonly stateFile: string;
  readonly saveState: (state: WindowState) => void;
  /** False = closing only hides it. */
  readonly mayClose: () => boolean;
}

const FIRST_SIZE = { width: 1280, height: 800 };
const SMALLEST = { minWidth: 900, minHeight: 600 };

export async function createShellWindow(options: WindowOptions): Promise<ShellWindow> {
  const text = await readFile(options.stateFile, 'utf8').catch(() => null);
  let state = readWindowState(text);
  let window: BrowserWindow | null = null;

  function open(): BrowserWindow {
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
    const made = new BrowserWindow({
      ...FIRST_SIZE,
      ...SMALLEST,
      ...boundsOn(areas, state),
      icon: options.icon,
      title: 'Crynux Node Desktop',
      show: false,
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        safeDialogs: true,
        spellcheck: false,
        // Keep updating while the window is behind another one.
        backgroundThrottling: true,
      },
    });
    made.once('ready-to-show', () => {
      if (state.maximised) made.maximize();
      made.show();
    });
    made.on('close', (event) => {
      state = { bounds: made.getNormalBounds(), maximised: made.isMaximized() };
      options.saveState(state);
      if (options.mayClose()) return;
      event.preventDefault();
      made.hide();
    });
    made.on('closed', () => {
      window = null;
    });
    return made;
  }

  return {
    current: () => window,
    show(route) {
      const url = route === undefined ? PAGE_URL : `${PAGE_URL}#${route}`;
      if (window === null) {
        window = open();
        void window.loadURL(url);
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      if (route !== undefined) void window.loadURL(url);
    },
  };
}
