/** How processes are started, told apart and ended on each system. */
import type path from 'node:path';
import type { MachineFacts } from './machine.ts';

/** One way to end processes: a signal to a process, or with a negative number to its group; or a program of the system. */
export type EndStep =
  | { readonly kind: 'signal'; readonly target: number; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'program'; readonly command: string; readonly args: readonly string[] };

/** Where the system tells when a process was started. */
type StartSource =
  /** Fields of the process, and what tells one run of the machine from another. */
  | { readonly kind: 'files'; readonly process: string; readonly boot: string }
  | { readonly kind: 'program'; readonly command: string; readonly args: readonly string[] };

export interface ProcessRules {
  /**
   * A child leads a group of its own: all that it starts can be ended with it, and Ctrl-C at a terminal is ours to handle.
   * Windows has no groups; a child that is detached there gets a console window instead.
   */
  readonly ownGroup: boolean;
  /**
   * Ends a process with everything it has started; the first step that works is enough. Windows cannot ask a program
   * without windows to end: there only `force` does it.
   */
  endTree(pid: number, how: 'ask' | 'force'): readonly EndStep[];
  /** Ends what is left of a leader that is gone. */
  endGroup(leader: number): readonly EndStep[];
  startOf(pid: number): StartSource;
  /** File name of a program: `node`, `node.exe`. */
  program(name: string): string;
  /** Unpacks archives; every system of ours brings it. */
  readonly tar: string;
  /** Python of a virtual environment, by its folder. */
  venvPython(folder: string): string;
  /** How a file or an address is opened with the desktop's own program for it; null: there is no desktop. */
  readonly opener: { readonly command: string; readonly args: readonly string[] } | null;
  /**
   * Whether a variable of our environment is one that a program of this system needs. All else stays here: an environment may hold
   * keys and tokens, and an engine runs models and prompts of strangers.
   */
  needs(variable: string): boolean;
}

const NEEDED =
  /^(PATH|HOME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|CUDA_(?!VISIBLE_DEVICES)\w+|NVIDIA_(?!VISIBLE_DEVICES)\w+|VK_\w+)$/i;
const NEEDED_ON_POSIX = /^(USER|LOGNAME|SHELL|XDG_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH)$/i;
const NEEDED_ON_WINDOWS =
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES\w*|USERPROFILE|HOMEDRIVE|HOMEPATH|USERNAME|NUMBER_OF_PROCESSORS|PROCESSOR_\w+|OS)$/i;

export function processRulesOf({ name, env }: MachineFacts, { join }: path.PlatformPath): ProcessRules {
  if (name === 'win32') {
    // In full: a bare name would be looked for in the current folder first.
    const system = join(env.SystemRoot ?? 'C:\\Windows', 'System32');
    const powershell = join(system, 'WindowsPowerShell', 'v1.0', 'powershell.exe');
    return {
      ownGroup: false,
      endTree: (pid, how) => [
        {
          kind: 'program',
          command: join(system, 'taskkill.exe'),
          args: ['/pid', String(pid), '/T', ...(how === 'force' ? ['/F'] : [])],
        },
      ],
      endGroup: () => [],
      startOf: (pid) => ({
        kind: 'program',
        command: powershell,
        args: ['-NoProfile', '-NonInteractive', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`],
      }),
      program: (file) => `${file}.exe`,
      tar: join(system, 'tar.exe'),
      venvPython: (folder) => join(folder, 'Scripts', 'python.exe'),
      opener: { command: join(system, 'rundll32.exe'), args: ['url.dll,FileProtocolHandler'] },
      needs: (variable) => NEEDED.test(variable) || NEEDED_ON_WINDOWS.test(variable),
    };
  }
  const posix = {
    ownGroup: true,
    endTree: (pid: number, how: 'ask' | 'force'): readonly EndStep[] => {
      const signal = how === 'ask' ? 'SIGTERM' : 'SIGKILL';
      return [-pid, pid].map((target) => ({ kind: 'signal', target, signal }));
    },
    endGroup: (leader: number): readonly EndStep[] => [{ kind: 'signal', target: -leader, signal: 'SIGKILL' }],
    program: (file: string) => file,
    tar: 'tar',
    venvPython: (folder: string) => join(folder, 'bin', 'python'),
    needs: (variable: string) => NEEDED.test(variable) || NEEDED_ON_POSIX.test(variable),
  };
  if (name === 'darwin') {
    return {
      ...posix,
      startOf: (pid) => ({ kind: 'program', command: '/bin/ps', args: ['-o', 'lstart=,command=', '-p', String(pid)] }),
      opener: { command: '/usr/bin/open', args: [] },
    };
  }
  const hasDesktop = Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
  return {
    ...posix,
    startOf: (pid) => ({ kind: 'files', process: `/proc/${pid}/stat`, boot: '/proc/sys/kernel/random/boot_id' }),
    opener: hasDesktop ? { command: 'xdg-open', args: [] } : null,
  };
}
