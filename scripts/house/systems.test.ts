import { expect, it } from 'vitest';
import { systemChecks, systemChecksIn } from './systems.ts';

it('only platform/ asks which system this is', () => {
  expect(systemChecks(process.cwd())).toEqual([]);
});

it.for([
  ["if (process.platform === 'win32') return;", 'process.platform'],
  ["const mac = os === 'darwin';", "'darwin'"],
  ['const name = os.platform();', 'os.platform('],
  ["spawn('taskkill', ['/pid'])", 'taskkill'],
  ['const base = env.LOCALAPPDATA ?? home;', 'LOCALAPPDATA'],
  ["path.join(home, 'Library', 'Application Support')", 'Application Support'],
  ['readFile(`/proc/' + '$' + '{pid}/stat`)', '/proc/'],
  ["const smi = 'nvidia-smi.exe';", ".exe'"],
  ["process.on('SIGUSR1', () => {});", 'SIGUSR1'],
])('found: %s', ([text = '', word]) => {
  expect(systemChecksIn('host/a.ts', text)[0]).toEqual({ file: 'host/a.ts', line: 1, word });
});

it('comments are ignored, and so is the use of a rule', () => {
  expect(systemChecksIn('host/a.ts', "// On 'win32' it is otherwise.\n  if (!SYSTEM.files.modes) return;")).toEqual([]);
});
