/** The shell is a list of small modules, which are prepared, loaded and unloaded in order. */
import type { HostClient, NodeClient } from '../contract/rpc-client.ts';
import type { RpcPort } from '../contract/rpc-port.ts';
import type { ShellPaths } from './paths.ts';
import type { ShellWindow } from './window.ts';

/** What the shell needs from the host. The shell's own modules call it through the window's contract. */
export interface ShellHost {
  /** Calls within this process. */
  readonly client: HostClient;
  /** Serves the host's contract on a port of a window. */
  serve(port: RpcPort): void;
  /** Serves the records of a node whose process is not running on a port of a window; false = there are none. */
  serveRecords(profileId: string, port: RpcPort): boolean;
  /** A node's contract, for the shell itself; null = its worker is not running. */
  node(profileId: string): NodeClient | null;
  /** Stops the nodes after their current tasks, and closes every file. */
  close(): Promise<void>;
}

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
  isQuitting: boolean;
  /** Ends the program once everything is shut down; null = simply quit. */
  afterQuit: (() => void) | null;
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
