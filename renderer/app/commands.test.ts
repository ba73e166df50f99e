import { expect, it } from 'vitest';
import { searchCommands, wrapIndex } from './commands.ts';

const commands = ['Wallet & stake', 'Settings: Notifications', 'Attic: Overview'].map((text) => ({ id: text, text, path: '/' }));

it.each([
  ['', 3],
  ['STAKE', 1],
  ['notif sett', 1],
  ['attic wallet', 0],
])('“%s” finds %i', (typed, count) => {
  expect(searchCommands(commands, typed)).toHaveLength(count);
});

it('wraps around at both ends, and stays put in an empty list', () => {
  expect([wrapIndex(2, 1, 3), wrapIndex(0, -1, 3), wrapIndex(0, 1, 0)]).toEqual([0, 2, 0]);
});
