import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../store/store.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { lockDirectory } from './directory-lock.ts';

const HOLDER = fileURLToPath(new URL('../testing/lock-holder.ts', import.meta.url));

/** Another process that owns the directory and has written to its store. */
async function holder(dir: string) {
  const child = fork(HOLDER, [dir], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

it('refuses a directory owned by another process, and takes it once that process is killed', async () => {
  const dir = tempDir();
  const child = await holder(dir);
  expect(() => openStore(dir, 1)).toThrow(expect.objectContaining({ code: 'STORE_IN_USE' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = openStore(dir, 1);
  onTestFinished(() => store.close());
  // What the killed process committed still exists.
  expect(store.settings.get('address')).toBe('0xholder');
});

it('is not lost when the owner’s own children end', async () => {
  const dir = tempDir();
  const lock = lockDirectory(dir);
  onTestFinished(() => lock.release());
  const child = fork(HOLDER, [dir], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  expect(code).not.toBe(0);
  const again = fork(HOLDER, [dir], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'ignore' });
  expect((await once(again, 'exit'))[0]).not.toBe(0);
});
