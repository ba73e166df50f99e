import { expect, it } from 'vitest';
import { autostartEntry } from './autostart.ts';

const execOf = (program: string) => /^Exec=(.*)$/m.exec(autostartEntry({ title: 'T', program, args: ['--hidden'] }))?.[1];

it.for([
  ['/opt/crynux/crynux', '/opt/crynux/crynux --hidden'],
  ['/opt/Crynux Node Desktop/crynux', '"/opt/Crynux Node Desktop/crynux" --hidden'],
  ['/home/ann/100% $HOME.AppImage', '"/home/ann/100%% \\\\$HOME.AppImage" --hidden'],
  ['/a"b`c', '"/a\\\\"b\\\\`c" --hidden'],
  ['/a b\\c', '"/a b\\\\\\\\c" --hidden'],
] as const)('%s is started as itself', ([program, exec]) => {
  expect(execOf(program)).toBe(exec);
});

it('is a whole entry', () => {
  const lines = autostartEntry({ title: 'Crynux Node Desktop', program: '/opt/crynux', args: ['--hidden'] }).split('\n');
  expect(lines.slice(0, 3)).toEqual(['[Desktop Entry]', 'Type=Application', 'Name=Crynux Node Desktop']);
});
