import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { redaction } from './redaction.ts';
import { userName } from './user-name.ts';

it('is the name of the user who runs this process', () => {
  expect(userName()).toBe(userInfo().username);
});

it('is empty for a user without a name, and redacts nothing', () => {
  const none = userName(() => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  });
  expect(none).toBe('');
  expect(redaction({ secrets: [], homeDir: '/var/lib/crynux-node', userName: none }).text('/srv//a b')).toBe('/srv//a b');
});
