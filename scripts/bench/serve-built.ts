/** The built program and a browser page with its window, for measuring both. Needs `npm run build` first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium } from 'playwright-core';
import { z } from 'zod';
import { requireBrowser } from '../browser.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const readySchema = z.object({ event: z.literal('ready'), address: z.string() });

export interface BuiltProgram {
  /** Address of its window; works for one page. */
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function serveBuilt(dataDir: string): Promise<BuiltProgram> {
  const main = path.join(root, 'dist', 'headless', 'main.js');
  const child = spawn(process.execPath, [main, 'serve', '--json', '--port', '0', '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = readySchema.safeParse(JSON.parse(line));
    if (ready.success) return { address: ready.data.address, pid: child.pid ?? 0, stop };
  }
  throw new Error('the program did not start');
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: requireBrowser(), chromiumSandbox: process.getuid?.() !== 0 });
