/** The shell is a list of small modules, which are prepared, loaded and unloaded in order. */
import type { ShellHost } from './host.ts';
import type { ShellPaths } from './paths.ts';
import type { ShellWindow } from './window.ts';

interface ShellLog {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** What the modules share. `host` and `window` exist once their modules have loaded. */
export interface Shell {
  readonly paths: ShellPaths;
  readonly log: ShellLog;
  host: ShellHost | null;
  window: ShellWindow | null;
  /** True once the program is quitting: closing the window then really closes it. */
  leaving: boolean;
  /** Ends the program once everything is shut down; null = simply quit. */
  atEnd: (() => void) | null;
}

export interface ShellModule {
  readonly name: string;
  /** Before Electron is ready: command-line switches and application events, nothing that needs a window. */
  readonly init?: (shell: Shell) => void;
  /** Once Electron is ready, one module after the other. */
  readonly load?: (shell: Shell) => Promise<void> | void;
  /** When quitting, in reverse order. */
  readonly quit?: (shell: Shell) => Promise<void> | void;
}
