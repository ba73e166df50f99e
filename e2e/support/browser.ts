/** Debian's Chromium (or whatever the test runner found), headless, with a fresh profile each time. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireBrowser } from '../../scripts/browser.ts';

const run = promisify(execFile);

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--hide-scrollbars',
];

async function browse(url: string, flags: readonly string[]): Promise<string> {
  const profile = await mkdtemp(path.join(tmpdir(), 'crynux-browser-'));
  try {
    const args = [...FLAGS, `--user-data-dir=${profile}`, '--virtual-time-budget=4000', ...flags, url];
    const { stdout } = await run(requireBrowser(), args, { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The page's DOM as HTML after its scripts have run for a while. */
export function dumpDom(url: string): Promise<string> {
  return browse(url, ['--dump-dom']);
}
