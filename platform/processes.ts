/** How processes are started, identified and ended on each system. */
import type path from 'node:path';
import type { MachineFacts } from './machine.ts';

/**
 * One way to end processes: a signal to a process, or to its group if the number is negative; or a program of the
 * system.
 */
export type EndStep =
  | { readonly kind: 'signal'; readonly target: number; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'program'; readonly command: string; readonly args: readonly string[] };

/** Where the system reports when a process was started. */
type StartSource =
  /** Files for the process itself and for the current boot of the machine. */
  | { readonly kind: 'files'; readonly process: string; readonly boot: string }
  | { readonly kind: 'program'; readonly command: string; readonly args: readonly string[] };

export interface ProcessRules {
  /**
   * A child leads its own process group: everything it starts can be ended with it, and we handle Ctrl-C ourselves.
   * Windows has no groups, and a detached child would get a console window.
   */
  readonly ownGroup: boolean;
  /**
   * Steps that end a process and everything it has started; stop at the first step that works. Windows cannot ask a
   * program without windows to end: there, only `force` does.
   */
  endTree(pid: number, how: 'ask' | 'force'): readonly EndStep[];
  /** Ends the remaining processes of a group whose leader is gone. */
  endGroup(leader: number): readonly EndStep[];
  startOf(pid: number): StartSource;
  /** File name of a program: `node`, `node.exe`. */
  program(name: string): string;
  /** Extracts archives; all supported systems include it. */
  readonly tar: string;
  /** Python in a virtual environment's folder. */
  venvPython(folder: string): string;
  /** How to open a file or an address with the desktop's default program; null: there is no desktop. */
  readonly opener: { readonly command: string; readonly args: readonly string[] } | null;
  /**
   * Whether programs of this system need this variable of our environment. All others are withheld: an environment may
   * contain keys and tokens, and an engine runs models and prompts of strangers.
   */
  needs(variable: string): boolean;
}

const PASSED_ON =
  /^(PATH|HOME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|CUDA_(?!VISIBLE_DEVICES)\w+|NVIDIA_(?!VISIBLE_DEVICES)\w+|VK_\w+)$/i;
const PASSED_ON_POSIX = /^(USER|LOGNAME|SHELL|XDG_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH)$/i;
const PASSED_ON_WINDOWS =
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES\w*|USERPROFILE|HOMEDRIVE|HOMEPATH|USERNAME|NUMBER_OF_PROCESSORS|PROCESSOR_\w+|OS)$/i;

export function processRulesOf({ name, env }: MachineFacts, { join }: path.PlatformPath): ProcessRules {
  if (name === 'win32') {
    // A full path, because a bare name would be looked up in the current folder first.
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
      needs: (variable) => PASSED_ON.test(variable) || PASSED_ON_WINDOWS.test(variable),
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
    needs: (variable: string) => PASSED_ON.test(variable) || PASSED_ON_POSIX.test(variable),
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
