import { afterEach, expect, it, vi } from 'vitest';
import type { Shell } from '../module.ts';
import { SHELL_TEXTS } from '../texts.ts';
import { sandboxIsOff, sandboxModule } from './sandbox.ts';

const electron = vi.hoisted(() => ({ exits: [] as number[], asked: [] as { buttons: string[] }[], answer: 0 }));
vi.mock('electron', () => ({
  app: { getLocale: () => 'zh-CN', exit: (code: number) => void electron.exits.push(code) },
  dialog: {
    showMessageBox: async (options: { buttons: string[] }) => {
      electron.asked.push(options);
      return { response: electron.answer };
    },
  },
}));

const argv = process.argv;
afterEach(() => {
  process.argv = argv;
  electron.exits.length = 0;
  electron.asked.length = 0;
});

async function started(given: { readonly sandbox: boolean; readonly answer?: number; readonly installed?: boolean }) {
  process.argv = given.sandbox ? ['crynux'] : ['crynux', '--no-sandbox'];
  electron.answer = given.answer ?? 0;
  const shell = { isQuitting: false, log: { warn: () => {} } } as unknown as Shell;
  await sandboxModule(given.installed ?? true).load?.(shell);
  return { isQuitting: shell.isQuitting, exits: [...electron.exits], asked: electron.asked.length };
}

it('is asked about if an installed program runs without it: closing the question quits', async () => {
  expect(await started({ sandbox: false })).toEqual({ isQuitting: true, exits: [1], asked: 1 });
  const { quit, continueAnyway } = SHELL_TEXTS['zh-CN'].noSandbox;
  expect(electron.asked[0]?.buttons).toEqual([quit, continueAnyway]);
});

it('continues if the person agrees', async () => {
  expect(await started({ sandbox: false, answer: 1 })).toEqual({ isQuitting: false, exits: [], asked: 1 });
});

it('does not ask with a sandbox, nor in a checkout', async () => {
  expect(await started({ sandbox: true })).toEqual({ isQuitting: false, exits: [], asked: 0 });
  expect(await started({ sandbox: false, installed: false })).toEqual({ isQuitting: false, exits: [], asked: 0 });
});

it('is off because of an argument or a variable', () => {
  expect(sandboxIsOff(['crynux', '--no-sandbox'], {})).toBe(true);
  expect(sandboxIsOff(['crynux'], { ELECTRON_DISABLE_SANDBOX: '1' })).toBe(true);
  expect(sandboxIsOff(['crynux', '--hidden'], { ELECTRON_DISABLE_SANDBOX: '' })).toBe(false);
});
