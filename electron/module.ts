/** The shell is a list of small modules; each is prepared, loaded and left in its turn. */
import type { Shell } from './shell.ts';

export interface ShellModule {
  readonly name: string;
  /** Before Electron is ready: switches, listeners of the application, nothing that needs a window. */
  readonly init?: (shell: Shell) => void;
  /** Once Electron is ready, one module after the other. */
  readonly load?: (shell: Shell) => Promise<void> | void;
  /** On the way out, in the reverse order. */
  readonly quit?: (shell: Shell) => Promise<void> | void;
}
