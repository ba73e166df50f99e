/** The system port, tested for all three systems on any of them. */
import { describe, expect, it } from 'vitest';
import type { SystemName } from './machine.ts';
import { systemName } from './machine.ts';
import { replaceFile } from './replace-file.ts';
import { SYSTEM } from './system.ts';
import { otherSystem } from './testing/other-system.ts';

const ENV: Readonly<Record<SystemName, Record<string, string>>> = {
  linux: { PATH: '/usr/bin::/opt/bin', DISPLAY: ':0', XDG_CONFIG_HOME: '/home/ann/conf', XDG_STATE_HOME: '/home/ann/state' },
  darwin: { PATH: '/usr/bin:/opt/homebrew/bin' },
  win32: {
    Path: 'C:\\Windows\\System32;D:\\bin',
    APPDATA: 'D:\\Roaming',
    LOCALAPPDATA: 'D:\\Local',
    SystemRoot: 'D:\\Windows',
    SystemDrive: 'D:',
    ProgramFiles: 'D:\\Programs',
  },
};

const TABLE = {
  linux: {
    label: 'linux x64',
    data: '/home/ann/conf/Crynux Node Desktop',
    state: '/home/ann/state/crynux-node-desktop',
    searchPath: ['/usr/bin', '/opt/bin'],
    program: 'node',
    tar: 'tar',
    ownGroup: true,
    ask: [
      { kind: 'signal', target: -42, signal: 'SIGTERM' },
      { kind: 'signal', target: 42, signal: 'SIGTERM' },
    ],
    group: [{ kind: 'signal', target: -42, signal: 'SIGKILL' }],
    start: { kind: 'files', process: '/proc/42/stat', boot: '/proc/sys/kernel/random/boot_id' },
    opener: { command: 'xdg-open', args: [] },
    nvidiaSmi: ['nvidia-smi', '/usr/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'],
    title: 'Linux',
    unified: false,
    keychain: { name: 'Secret Service', alwaysEncrypts: false },
    startAtLogin: { kind: 'file', file: '/home/ann/conf/autostart/ai.crynux.node-desktop.desktop' },
    files: { modes: true, uid: 1000, syncsFolders: true, replacesOpenFiles: true, ignoresCase: false },
  },
  darwin: {
    label: 'darwin x64',
    data: '/Users/ann/Library/Application Support/Crynux Node Desktop',
    state: '/Users/ann/Library/Application Support/Crynux Node Desktop',
    searchPath: ['/usr/bin', '/opt/homebrew/bin'],
    program: 'node',
    tar: 'tar',
    ownGroup: true,
    ask: [
      { kind: 'signal', target: -42, signal: 'SIGTERM' },
      { kind: 'signal', target: 42, signal: 'SIGTERM' },
    ],
    group: [{ kind: 'signal', target: -42, signal: 'SIGKILL' }],
    start: { kind: 'program', command: '/bin/ps', args: ['-o', 'lstart=,command=', '-p', '42'] },
    opener: { command: '/usr/bin/open', args: [] },
    nvidiaSmi: [],
    title: 'Darwin',
    unified: true,
    keychain: { name: 'Keychain', alwaysEncrypts: true },
    startAtLogin: { kind: 'loginItem' },
    files: { modes: true, uid: 1000, syncsFolders: true, replacesOpenFiles: true, ignoresCase: true },
  },
  win32: {
    label: 'win32 x64',
    data: 'D:\\Roaming\\Crynux Node Desktop',
    state: 'D:\\Local\\Crynux Node Desktop',
    searchPath: ['C:\\Windows\\System32', 'D:\\bin'],
    program: 'node.exe',
    tar: 'D:\\Windows\\System32\\tar.exe',
    ownGroup: false,
    ask: [{ kind: 'program', command: 'D:\\Windows\\System32\\taskkill.exe', args: ['/pid', '42', '/T'] }],
    group: [],
    start: {
      kind: 'program',
      command: 'D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      args: ['-NoProfile', '-NonInteractive', '-Command', '(Get-Process -Id 42).StartTime.ToFileTimeUtc()'],
    },
    opener: { command: 'D:\\Windows\\System32\\rundll32.exe', args: ['url.dll,FileProtocolHandler'] },
    nvidiaSmi: ['D:\\Windows\\System32\\nvidia-smi.exe', 'D:\\Programs\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe'],
    title: 'Windows',
    unified: false,
    keychain: { name: 'Credential Manager', alwaysEncrypts: true },
    startAtLogin: { kind: 'loginItem' },
    files: { modes: false, uid: null, syncsFolders: false, replacesOpenFiles: false, ignoresCase: true },
  },
} as const;

describe.for(['linux', 'darwin', 'win32'] as const)('%s', (name) => {
  const system = otherSystem(name, { env: ENV[name] });

  it('matches the table', () => {
    const { processes, folders, cards, desktop, files } = system;
    expect({
      label: system.label,
      data: folders.data,
      state: folders.state,
      searchPath: folders.searchPath,
      program: processes.program('node'),
      tar: processes.tar,
      ownGroup: processes.ownGroup,
      ask: processes.endTree(42, 'ask'),
      group: processes.endGroup(42),
      start: processes.startOf(42),
      opener: processes.opener,
      nvidiaSmi: cards.nvidiaSmi,
      title: cards.title,
      unified: cards.unified,
      keychain: desktop.keychain,
      startAtLogin: desktop.startAtLogin,
      files: {
        modes: files.modes,
        uid: files.uid,
        syncsFolders: files.syncsFolders,
        replacesOpenFiles: files.replacesOpenFiles,
        ignoresCase: files.ignoresCase,
      },
    }).toEqual(TABLE[name]);
  });

  it('ends a process tree by force if asking did not help', () => {
    expect(JSON.stringify(system.processes.endTree(42, 'force'))).toMatch(/SIGKILL|"\/F"/);
  });

  it('passes on the variables that programs need, and no secrets', () => {
    const passed = ['PATH', 'LC_ALL', 'CUDA_HOME', 'HTTPS_PROXY'].filter(system.processes.needs);
    expect(passed).toEqual(['PATH', 'LC_ALL', 'CUDA_HOME', 'HTTPS_PROXY']);
    const kept = ['NODE_OPTIONS', 'LD_PRELOAD', 'CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES', 'AWS_PROFILE', 'GPT_EXECUTOR'];
    expect(kept.filter(system.processes.needs)).toEqual([]);
    expect(system.processes.needs('SystemRoot')).toBe(name === 'win32');
    expect(system.processes.needs('LD_LIBRARY_PATH')).toBe(name !== 'win32');
  });
});

it('uses the default folders if the environment names none', () => {
  const data = (name: SystemName) => otherSystem(name).folders.data;
  expect(data('linux')).toBe('/home/ann/.config/Crynux Node Desktop');
  expect(data('darwin')).toBe('/Users/ann/Library/Application Support/Crynux Node Desktop');
  expect(data('win32')).toBe('C:\\Users\\Ann\\AppData\\Roaming\\Crynux Node Desktop');
  expect(otherSystem('win32').folders.state).toBe('C:\\Users\\Ann\\AppData\\Local\\Crynux Node Desktop');
  expect(otherSystem('linux').folders.state).toBe('/home/ann/.local/state/crynux-node-desktop');
});

it('opens nothing on Linux without a desktop', () => {
  expect(otherSystem('linux').processes.opener).toBeNull();
  expect(otherSystem('linux', { env: { WAYLAND_DISPLAY: 'wayland-0' } }).processes.opener).not.toBeNull();
});

describe('file names', () => {
  it.for([
    ['linux', '/a/B', '/a/b', false],
    ['darwin', '/a/B', '/a/b', true],
    ['win32', 'C:\\Programs\\Crynux', 'c:\\PROGRAMS\\crynux\\', true],
    ['win32', 'C:\\a', 'D:\\a', false],
  ] as const)('%s: %s and %s are the same place: %s', ([name, a, b, same]) => {
    expect(otherSystem(name).files.isSame(a, b)).toBe(same);
  });

  it.for([
    ['linux', '/a/b', '/a', true],
    ['linux', '/a', '/a', true],
    ['linux', '/ab', '/a', false],
    ['linux', '/a/..b', '/a', true],
    ['linux', '/A/b', '/a', false],
    ['darwin', '/A/b', '/a', true],
    ['win32', 'C:\\A\\b', 'c:\\a', true],
    ['win32', 'D:\\a\\b', 'C:\\a', false],
  ] as const)('%s: %s is inside %s: %s', ([name, place, folder, within]) => {
    expect(otherSystem(name).files.isWithin(place, folder)).toBe(within);
  });

  it('are prefixed on Windows if they are long, and are otherwise left alone', () => {
    const long = `C:\\${'folder\\'.repeat(40)}node.sqlite`;
    expect(otherSystem('win32').files.long(long)).toBe(`\\\\?\\${long}`);
    expect(otherSystem('win32').files.long('C:\\node.sqlite')).toBe('C:\\node.sqlite');
    expect(otherSystem('linux').files.long(`/${'folder/'.repeat(60)}a`)).toBe(`/${'folder/'.repeat(60)}a`);
  });
});

describe('replacing a file', () => {
  const held = () => Object.assign(new Error('held'), { code: 'EBUSY' });
  const run = (system: SystemName, failures: number, error = held()) => {
    const waits: number[] = [];
    let calls = 0;
    const rename = () => {
      if (calls++ < failures) throw error;
    };
    const act = () => replaceFile('a', 'b', { files: otherSystem(system).files, rename, wait: (ms) => void waits.push(ms) });
    return { act, waits, calls: () => calls };
  };

  it('is retried on Windows while another program has it open', () => {
    const { act, waits, calls } = run('win32', 3);
    act();
    expect([calls(), waits]).toEqual([4, [10, 20, 50]]);
  });

  it('fails there in the end, and at once for any other reason', () => {
    const forever = run('win32', 99);
    expect(forever.act).toThrow('held');
    expect(forever.calls()).toBe(9);
    const other = run('win32', 99, Object.assign(new Error('no such file'), { code: 'ENOENT' }));
    expect(other.act).toThrow('no such file');
    expect(other.waits).toEqual([]);
  });

  it('is tried once where open files can be replaced', () => {
    const { act, calls } = run('linux', 1);
    expect(act).toThrow('held');
    expect(calls()).toBe(1);
  });
});

it('supports this machine', () => {
  expect(SYSTEM.name).toBe(systemName(process.platform));
  expect(systemName('freebsd')).toBe('linux');
});
