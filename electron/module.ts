/** The shell is a list of small modules; each is prepared, loaded and left in its turn. */
import type { ShellHost } from './host.ts';
import type { ShellPaths } from './paths.ts';
import type { ShellWindow } from './window.ts';

interface ShellLog {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** What the modules share. `host` and `window` are there once their modules have loaded. */
export interface Shell {
  readonly paths: ShellPaths;
  readonly log: ShellLog;
  host: ShellHost | null;
  window: ShellWindow | null;
  /** True once the program is on its way out: closing the window then closes it for good. */
  leaving: boolean;
  /** What ends the program once everything has been put away; null: it just quits. */
  atEnd: (() => void) | null;
}

export interface ShellModule {
  readonly name: string;
  /** Before Electron is ready: switches, listeners of the application, nothing that needs a window. */
  readonly init?: (shell: Shell) => void;
  /** Once Electron is ready, one module after the other. */
  readonly load?: (shell: Shell) => Promise<void> | void;
  /** On the way out, in the reverse order. */
  readonly quit?: (shell: Shell) => Promise<void> | void;
}
